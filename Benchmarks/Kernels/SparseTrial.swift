import Kernels

/// A sparse convolution with buffers to run on.
struct SparseTrial {
  let pattern: SparsePattern
  private let convolution: SparseConvolution
  private let activations: Activations
  private let (weights, weightGradient, scratch): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

  /// Prunes every tap's weights at random, the same ones in every run.
  init(_ shape: ConvolutionShape, activations: Activations, lanes: Int, sparsity: Double) {
    var draw = LinearCongruentialGenerator()
    let positions = (0..<shape.taps).map { _ in
      (0..<Int32(shape.inputChannels * shape.outputChannels)).filter { _ in draw.next() >= sparsity }
    }
    pattern = SparsePattern(shape: shape, positions: positions)
    convolution = SparseConvolution(pattern, lanes: lanes)
    self.activations = activations
    weights = AlignedBuffer(count: pattern.count)
    weightGradient = AlignedBuffer(count: pattern.count)
    scratch = AlignedBuffer(count: convolution.scratchCount)
    weights.fill()
  }

  func run(_ operation: ConvolutionOperation) {
    let (x, y) = (activations.x, activations.y)
    switch operation {
    case .forward:
      convolution.forward(weights: weights.pointer, x: x.pointer, y: y.pointer)
    case .inputGradient:
      convolution.inputGradient(
        weights: weights.pointer, yGradient: y.pointer, xGradient: activations.xGradient.pointer, adding: false)
    case .weightGradient:
      convolution.weightGradient(
        x: x.pointer, yGradient: y.pointer, weightGradient: weightGradient.pointer, adding: false,
        scratch: scratch.pointer)
    }
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
