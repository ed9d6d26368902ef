import Testing

extension Golden {
  /// Records an issue that says how `actual` differs from tensor `name`, where it does (``difference(_:_:tolerance:)``).
  public func expect(
    _ name: String, _ actual: [Float], tolerance: Double = 1e-5, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if let difference = try difference(name, actual, tolerance: tolerance) {
      Issue.record("\(difference)", sourceLocation: sourceLocation)
    }
  }
}
