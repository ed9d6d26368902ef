import Kernels

/// A convolution with its buffers. Inputs are fixed numbers between -1 and 1; results are not a number until computed.
final class ConvolutionTrial {
  let shape: ConvolutionShape
  private let convolution: Convolution
  private let tapOffsets: [Int]
  private let input: ActivationShape
  private let output: ActivationShape
  private let (x, weights, dy): (AlignedBuffer, AlignedBuffer, AlignedBuffer)
  private let (result, dx, dw, scratch): (AlignedBuffer, AlignedBuffer, AlignedBuffer, AlignedBuffer)

  init(_ shape: ConvolutionShape, lanes: Int, backend: ConvolutionBackend, deadWeight: Float = 0) {
    self.shape = shape
    // In reverse and apart: tap blocks may lie anywhere.
    let block = shape.inputChannels * shape.outputChannels
    tapOffsets = (0..<shape.taps).map { (shape.taps - 1 - $0) * (block + 5) }
    convolution = Convolution(shape, lanes: lanes, tapOffsets: tapOffsets, backend: backend)
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    x = Self.numbers(input.count, seed: 1)
    dy = Self.numbers(output.count, seed: 2)
    weights = Self.numbers(shape.taps * (block + 5), seed: 3)
    for (tap, outputs) in shape.outputsPerTap.enumerated() where outputs == 0 {
      (weights.pointer + tapOffsets[tap]).update(repeating: deadWeight, count: block)
    }
    result = AlignedBuffer(count: output.count)
    dx = AlignedBuffer(count: input.count)
    dw = AlignedBuffer(count: weights.count)
    scratch = AlignedBuffer(count: convolution.scratchCount)
    for buffer in [result, dx, dw, scratch] { buffer.elements.update(repeating: .nan) }
  }

  func run(adding: Bool) {
    convolution.forward(weights: weights.pointer, x: x.pointer, y: result.pointer)
    convolution.inputGradient(
      weights: weights.pointer, yGradient: dy.pointer, xGradient: dx.pointer, adding: adding)
    convolution.weightGradient(
      x: x.pointer, yGradient: dy.pointer, weightGradient: dw.pointer, adding: adding, scratch: scratch.pointer)
  }

  var y: [Float] { Self.elements(result, output) }
  var xGradient: [Float] { Self.elements(dx, input) }
  /// Of the live taps.
  var weightGradient: [Float] { gradients { $0 > 0 } }
  var deadGradients: [Float] { gradients { $0 == 0 } }

  private func gradients(where included: (Int) -> Bool) -> [Float] {
    let block = shape.inputChannels * shape.outputChannels
    return zip(tapOffsets, shape.outputsPerTap).flatMap { offset, outputs in
      included(outputs) ? Array(dw[offset..<offset + block]) : []
    }
  }

  private static func elements(_ buffer: AlignedBuffer, _ shape: ActivationShape) -> [Float] {
    (0..<shape.channels).flatMap {
      Array(buffer[$0 * shape.channelStride..<$0 * shape.channelStride + shape.channelCount])
    }
  }

  private static func numbers(_ count: Int, seed: UInt32) -> AlignedBuffer {
    let buffer = AlignedBuffer(count: count)
    var state = seed &* 0x9E37_79B9
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      buffer.pointer[index] = Float(state >> 8) * 0x1p-23 - 1
    }
    return buffer
  }
}

extension [Float] {
  /// Whether these sums of so many products of numbers below 1 differ by rounding only.
  func isClose(to other: [Float], terms: Int) -> Bool {
    let tolerance = 1e-6 + 4e-7 * Float(terms)
    return count == other.count && zip(self, other).allSatisfy { abs($0 - $1) <= tolerance }
  }
}
