import Kernels

extension SparsePattern {
  /// Every tap's weights pruned at random, the same ones in every run.
  init(pruning shape: ConvolutionShape, sparsity: Double) {
    var draw = LinearCongruentialGenerator()
    self.init(
      shape: shape,
      positions: (0..<shape.taps).map { _ in
        (0..<Int32(shape.inputChannels * shape.outputChannels)).filter { _ in draw.next() >= sparsity }
      })
  }
}

/// Knuth's MMIX generator: a mask for a benchmark needs no better one.
private struct LinearCongruentialGenerator {
  private var state: UInt64 = 1

  /// A number in [0, 1).
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 53)
  }
}
