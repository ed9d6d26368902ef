import Kernels
import Testing

/// A convolution run on tensors in PyTorch's order (N×C×H×W, O×I×kh×kw), with everything it must not touch poisoned.
///
/// The taps' blocks lie in reverse order with gaps between them; gaps, dead taps, scratch memory and results hold NaN
/// before the kernel runs.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  let shape: ConvolutionShape
  let lanes: Int
  let backend: ConvolutionBackend
  private let offsets: [Int]
  private let isLive: [Bool]
  private static let gap = 3

  init(_ shape: ConvolutionShape, lanes: Int, backend: ConvolutionBackend) {
    self.shape = shape
    self.lanes = lanes
    self.backend = backend
    let distance = shape.inputChannels * shape.outputChannels + Self.gap
    offsets = (0..<shape.taps).map { (shape.taps - 1 - $0) * distance }
    isLive = shape.outputsPerTap.map { $0 > 0 }
  }

  /// A new one for each use: tests run at the same time, and a convolution runs on one thread only.
  private var convolution: Convolution { Convolution(shape, lanes: lanes, tapOffsets: offsets, backend: backend) }

  var description: String {
    "\(shape.inputChannels)→\(shape.outputChannels) channels, kernel \(shape.kernel), stride \(shape.stride), "
      + "\(shape.inputHeight)×\(shape.inputWidth), \(lanes) lanes, \(backend)"
  }

  var input: ActivationShape { shape.input(lanes: lanes) }
  var output: ActivationShape { shape.output(lanes: lanes) }

  func forward(weights: [Float], input images: [Float]) -> [Float] {
    let x = Activations(input, images)
    let y = Activations(output)
    let weights = blocks(weights)
    defer { keepAlive(x, y, weights) }
    convolution.forward(weights: weights.pointer, x: x.pointer, y: y.pointer)
    #expect(y.marginsAreUntouched)
    return y.images
  }

  func inputGradient(weights: [Float], outputGradient: [Float], addingTo sum: [Float]? = nil) -> [Float] {
    let yGradient = Activations(output, outputGradient)
    let xGradient = sum.map { Activations(input, $0) } ?? Activations(input)
    let weights = blocks(weights)
    defer { keepAlive(yGradient, xGradient, weights) }
    convolution.inputGradient(
      weights: weights.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer, adding: sum != nil)
    #expect(xGradient.marginsAreUntouched)
    return xGradient.images
  }

  /// Zero for dead taps, whose blocks the kernel must leave alone.
  func weightGradient(
    input images: [Float], outputGradient: [Float], addingTo sum: [Float]? = nil, scratchValue: Float = .nan
  ) -> [Float] {
    let x = Activations(input, images)
    let yGradient = Activations(output, outputGradient)
    let gradient = blocks(sum ?? [Float](repeating: .nan, count: shape.weights))
    let convolution = convolution
    let scratch = AlignedBuffer(count: convolution.scratchCount)
    defer { keepAlive(x, yGradient, gradient, scratch) }
    scratch.elements.update(repeating: scratchValue)
    convolution.weightGradient(
      x: x.pointer, yGradient: yGradient.pointer, weightGradient: gradient.pointer, adding: sum != nil,
      scratch: scratch.pointer)
    #expect(poisoned.allSatisfy { gradient.pointer[$0].isNaN }, "dead taps and gaps are left alone")
    return (0..<shape.weights).map { index in
      isLive[index % shape.taps] ? gradient.pointer[place(index)] : 0
    }
  }

  private func place(_ index: Int) -> Int { offsets[index % shape.taps] + index / shape.taps }

  private func blocks(_ weights: [Float]) -> AlignedBuffer {
    let buffer = AlignedBuffer(count: shape.weights + shape.taps * Self.gap)
    buffer.elements.update(repeating: .nan)
    for (index, weight) in weights.enumerated() where isLive[index % shape.taps] {
      buffer.pointer[place(index)] = weight
    }
    return buffer
  }

  /// The places of dead taps and gaps.
  private var poisoned: [Int] {
    let block = shape.inputChannels * shape.outputChannels
    return (0..<shape.taps).flatMap { tap in
      ((isLive[tap] ? block : 0)..<block + Self.gap).map { offsets[tap] + $0 }
    }
  }
}
