import Kernels

/// A convolution, dense or of survivors only, with buffers to run on.
struct Trial {
  private let convolution: Convolution
  private let activations: Activations
  private let (weights, weightGradient, scratch): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

  init(_ shape: ConvolutionShape, activations: Activations, lanes: Int, backend: ConvolutionBackend) {
    let offsets = (0..<shape.taps).map { $0 * shape.inputChannels * shape.outputChannels }
    self.init(
      Convolution(shape, lanes: lanes, tapOffsets: offsets, backend: backend), weights: shape.weights, activations)
  }

  /// The survivors by sparse kernels, whatever ``SparsityRule`` would choose.
  init(_ pattern: SparsePattern, activations: Activations, lanes: Int) {
    let convolution = Convolution(
      pattern, lanes: lanes, weightOffset: 0, sparseOperations: Set(ConvolutionOperation.allCases))
    self.init(convolution, weights: pattern.count, activations)
  }

  private init(_ convolution: Convolution, weights count: Int, _ activations: Activations) {
    self.convolution = convolution
    self.activations = activations
    weights = AlignedBuffer(count: count)
    weightGradient = AlignedBuffer(count: count)
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
