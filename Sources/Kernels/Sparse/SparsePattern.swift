/// Which weights of a convolution have survived pruning.
public struct SparsePattern: Sendable, Equatable {
  public let shape: ConvolutionShape
  /// For each tap, row by row of the kernel, the places `o · I + i` of its survivors in ascending order.
  ///
  /// Survivors are numbered tap by tap in this order, and their weights and gradients lie that way.
  public let positions: [[Int32]]

  public init(shape: ConvolutionShape, positions: [[Int32]]) {
    precondition(positions.count == shape.taps, "\(shape.taps) taps need as many lists, not \(positions.count)")
    self.shape = shape
    self.positions = positions
  }

  /// The survivors, those of dead taps included.
  public var count: Int { positions.reduce(0) { $0 + $1.count } }

  /// The survivors that meet a pixel.
  public var liveCount: Int { zip(positions, shape.outputsPerTap).reduce(0) { $0 + ($1.1 > 0 ? $1.0.count : 0) } }

  /// The multiply-adds of one image, padding skipped.
  public var multiplyAdds: Int { zip(positions, shape.outputsPerTap).reduce(0) { $0 + $1.0.count * $1.1 } }

  /// The share of multiply-adds that is left.
  public var density: Double { shape.multiplyAdds == 0 ? 0 : Double(multiplyAdds) / Double(shape.multiplyAdds) }
}
