extension [String] {
  /// The first of them, and how many more there are: `a, b and 3 more`.
  ///
  /// - Parameter most: how many are named.
  public func listed(most: Int) -> String {
    let shown = prefix(most).joined(separator: ", ")
    return count > most ? "\(shown) and \(count - most) more" : shown
  }

  /// All of them, of which one is to be chosen: `a, b or c`.
  public var alternatives: String {
    guard let last, count > 1 else { return first ?? "none" }
    return dropLast().joined(separator: ", ") + " or \(last)"
  }
}
