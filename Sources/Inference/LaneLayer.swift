import Kernels

/// A convolution or linear layer that computes a microbatch, with what it adds and whether it rectifies.
final class LaneLayer {
  private enum Kernel {
    /// No weight is left: bias and residual only.
    case none
    case dense(Convolution)
    case sparse(SparseConvolution)
  }

  private let kernel: Kernel
  private let weights: LaneWeights
  private let epilogue: ActivationEpilogue
  /// For each output channel the residual's channel; `nil` where they are the same throughout, or there is no residual.
  private let residualChannels: [Int32]?
  /// The residual's channels in the order of the output's, zeros where none is added.
  private let gathered: AlignedBuffer
  /// Whether a dense kernel has seen the weights.
  private var knowsWeights = false

  init(_ layer: FoldedLayer, _ weights: LaneWeights, lanes: Int, residualChannelCount: Int) {
    self.weights = weights
    let shape = layer.shape
    if layer.weights.count == 0 {
      kernel = .none
    } else if let tapOffsets = weights.tapOffsets {
      kernel = .dense(Convolution(shape, lanes: lanes, tapOffsets: tapOffsets))
    } else {
      let convolution = SparseConvolution(layer.pattern, lanes: lanes)
      convolution.setWeights(weights.buffer.pointer)
      kernel = .sparse(convolution)
    }
    let output = shape.output(lanes: lanes)
    epilogue = ActivationEpilogue(output, biasPixels: layer.bias.pixels, rectifies: layer.rectifies)
    if let residual = layer.residual, !residual.isWhole(of: residualChannelCount) {
      residualChannels = residual.channels
      gathered = AlignedBuffer(count: output.count)
    } else {
      residualChannels = nil
      gathered = AlignedBuffer(count: 0)
    }
  }

  func forward(x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>) {
    let residual = residual.map { gather($0) }
    switch kernel {
    case .none: epilogue(x: nil, bias: weights.bias.pointer, residual: residual, y: y)
    case .dense(let convolution):
      convolution.forward(weights: weights.buffer.pointer, x: x, y: y, sameWeights: knowsWeights)
      knowsWeights = true
      epilogue(x: y, bias: weights.bias.pointer, residual: residual, y: y)
    case .sparse(let convolution):
      let start = ConvolutionStart(
        bias: weights.bias.pointer, biasPixels: epilogue.biasPixels, residual: residual, rectifies: epilogue.rectifies)
      convolution.forward(weights: nil, x: x, y: y, start: start)
    }
  }

  /// The residual with a channel for each of the output's.
  private func gather(_ residual: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard let residualChannels else { return residual }
    let shape = epilogue.shape
    for (channel, from) in residualChannels.enumerated() {
      let to = gathered.pointer + channel &* shape.channelStride
      // Zeros stay from the beginning.
      guard from >= 0 else { continue }
      to.update(from: residual + Int(from) &* shape.channelStride, count: shape.channelCount)
    }
    return UnsafePointer(gathered.pointer)
  }
}

/// The weights and biases of a layer in the form that ``LaneLayer`` computes with, whatever the lanes.
final class LaneWeights {
  /// Where each tap's dense block `[O][I]` begins; `nil` where ``buffer`` holds the survivors only, tap by tap.
  let tapOffsets: [Int]?
  let buffer: AlignedBuffer
  /// `[O]`, or `[O][pixel]`.
  let bias: AlignedBuffer

  init(_ layer: FoldedLayer) {
    bias = AlignedBuffer(layer.bias.values)
    let shape = layer.shape
    guard !SparsityRule.prefersSparse(.forward, layer.pattern) else {
      tapOffsets = nil
      buffer = AlignedBuffer(layer.weights.values.flatMap { $0 })
      return
    }
    let block = shape.outputChannels * shape.inputChannels
    tapOffsets = (0..<shape.taps).map { $0 * block }
    buffer = AlignedBuffer(count: shape.weights)
    for (tap, positions) in layer.weights.positions.enumerated() {
      for (position, value) in zip(positions, layer.weights.values[tap]) {
        buffer.pointer[tap * block + Int(position)] = value
      }
    }
  }
}

extension FoldedLayer {
  fileprivate var pattern: SparsePattern { SparsePattern(shape: shape, positions: weights.positions) }
}

extension AlignedBuffer {
  /// A copy of some numbers.
  convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    for (index, number) in numbers.enumerated() { pointer[index] = number }
  }
}
