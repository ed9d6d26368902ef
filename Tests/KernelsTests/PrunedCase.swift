import Kernels
import Testing

/// A pruned convolution run on tensors in PyTorch's order (N×C×H×W, O×I×kh×kw), with everything it must not touch poisoned.
///
/// Images are given for sixteen lanes; where there are more, they have the same images again. The survivors lie in the
/// middle of a buffer. What surrounds them, those of dead taps, scratch memory and results hold NaN before the kernel runs.
struct PrunedCase {
  /// How many different images there are.
  static let images = 16
  private static let offset = 7
  private static let margin = 5

  let pattern: SparsePattern
  let lanes: Int
  /// The places of the survivors in PyTorch's order.
  let places: [Int]
  let survives: [Bool]
  private let isLive: [Bool]
  private let sparse: SparseConvolution
  private let pruned: Convolution?

  /// - Parameter operations: what of a ``Convolution`` sparse kernels compute; `nil` for a ``SparseConvolution``.
  init(_ pattern: SparsePattern, lanes: Int, operations: Set<ConvolutionOperation>? = nil) {
    self.pattern = pattern
    self.lanes = lanes
    let shape = pattern.shape
    let outputs = shape.outputsPerTap
    places = pattern.positions.enumerated().flatMap { tap, list in list.map { Int($0) * shape.taps + tap } }
    isLive = places.map { outputs[$0 % shape.taps] > 0 }
    var survives = [Bool](repeating: false, count: shape.weights)
    for place in places { survives[place] = true }
    self.survives = survives
    sparse = SparseConvolution(pattern, lanes: lanes)
    pruned = operations.map {
      Convolution(pattern, lanes: lanes, weightOffset: Self.offset, sparseOperations: $0)
    }
  }

  var shape: ConvolutionShape { pattern.shape }
  var input: ActivationShape { shape.input(lanes: lanes) }
  var output: ActivationShape { shape.output(lanes: lanes) }
  /// The floats of the different images.
  var inputCount: Int { Self.images * input.channels * input.pixels }
  var outputCount: Int { Self.images * output.channels * output.pixels }
  /// How often each image is there.
  var copies: Int { lanes / Self.images }
  var scratchCount: Int { pruned?.scratchCount ?? sparse.scratchCount }

  func forward(weights: [Float], input images: [Float]) -> [Float] {
    guard let pruned else { return forward(weights: weights, input: images, bias: nil) }
    let x = Activations(input, images)
    let y = Activations(output)
    let weights = survivors(weights)
    defer { keepAlive(x, y, weights) }
    pruned.forward(weights: weights.pointer, x: x.pointer, y: y.pointer)
    return different(y, count: outputCount)
  }

  /// The sparse kernel with something to begin with.
  ///
  /// - Parameters:
  ///   - bias: one a channel, or one a channel and pixel.
  ///   - inPlace: whether the residual lies where the result goes.
  func forward(
    weights: [Float], input images: [Float], bias: [Float]?, residual: [Float]? = nil, inPlace: Bool = false,
    rectifies: Bool = false
  ) -> [Float] {
    let x = Activations(input, images)
    let residual = residual.map { Activations(output, $0) }
    let y = inPlace ? residual ?? Activations(output) : Activations(output)
    let weights = survivors(weights)
    let biases = AlignedBuffer(count: bias?.count ?? 0)
    for (index, value) in (bias ?? []).enumerated() { biases.pointer[index] = value }
    defer { keepAlive(x, y, weights, biases, residual ?? y) }
    sparse.forward(
      weights: weights.pointer + Self.offset, x: x.pointer, y: y.pointer,
      start: ConvolutionStart(
        bias: bias == nil ? nil : UnsafePointer(biases.pointer),
        biasPixels: max(1, (bias?.count ?? 0) / shape.outputChannels),
        residual: residual.map { UnsafePointer($0.pointer) }, rectifies: rectifies))
    return different(y, count: outputCount)
  }

  func inputGradient(weights: [Float], outputGradient: [Float], addingTo sum: [Float]? = nil) -> [Float] {
    let yGradient = Activations(output, outputGradient)
    let xGradient = sum.map { Activations(input, $0) } ?? Activations(input)
    let weights = survivors(weights)
    defer { keepAlive(yGradient, xGradient, weights) }
    if let pruned {
      pruned.inputGradient(
        weights: weights.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer, adding: sum != nil)
    } else {
      sparse.inputGradient(
        weights: weights.pointer + Self.offset, yGradient: yGradient.pointer, xGradient: xGradient.pointer,
        adding: sum != nil)
    }
    return different(xGradient, count: inputCount)
  }

  /// One a survivor; zero for those of dead taps, which the kernel must leave alone.
  func weightGradient(
    input images: [Float], outputGradient: [Float], addingTo sum: [Float]? = nil, scratchValue: Float = .nan
  ) -> [Float] {
    let x = Activations(input, images)
    let yGradient = Activations(output, outputGradient)
    let gradient = survivors(sum ?? [Float](repeating: .nan, count: shape.weights))
    let scratch = AlignedBuffer(count: scratchCount)
    defer { keepAlive(x, yGradient, gradient, scratch) }
    scratch.elements.update(repeating: scratchValue)
    if let pruned {
      pruned.weightGradient(
        x: x.pointer, yGradient: yGradient.pointer, weightGradient: gradient.pointer, adding: sum != nil,
        scratch: scratch.pointer)
    } else {
      sparse.weightGradient(
        x: x.pointer, yGradient: yGradient.pointer, weightGradient: gradient.pointer + Self.offset, adding: sum != nil,
        scratch: scratch.pointer)
    }
    let found = Array(gradient[Self.offset..<Self.offset + places.count])
    #expect(zip(found, isLive).allSatisfy { $1 || $0.isNaN }, "survivors of dead taps are left alone")
    let around = Array(gradient[0..<Self.offset]) + gradient[Self.offset + places.count..<gradient.count]
    #expect(around.allSatisfy { $0.isNaN }, "what surrounds the survivors is left alone")
    return zip(found, isLive).map { $1 ? $0 : 0 }
  }

  /// The survivors' values among all of the tensor's; those of dead taps are not a number.
  private func survivors(_ tensor: [Float]) -> AlignedBuffer {
    let buffer = AlignedBuffer(count: Self.offset + places.count + Self.margin)
    buffer.elements.update(repeating: .nan)
    for (index, place) in places.enumerated() where isLive[index] {
      buffer.pointer[Self.offset + index] = tensor[place]
    }
    return buffer
  }

  /// The results of the different images, of which copies must have the same bits.
  private func different(_ activations: Activations, count: Int) -> [Float] {
    #expect(activations.marginsAreUntouched)
    let all = activations.images
    let byOpenBLAS = pruned != nil && ConvolutionBackend.preferred(for: shape) == .openBLAS
    #expect(repeats(all, every: count, byOpenBLAS: byOpenBLAS), "the same image has the same result in every lane")
    return Array(all.prefix(count))
  }
}
