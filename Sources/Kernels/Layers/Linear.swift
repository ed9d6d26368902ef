/// A fully connected layer, `y = W x + b`, one image a lane.
///
/// It is a 1×1 convolution of a single pixel, with a bias.
public final class Linear: Sendable {
  public let features: Int
  public let outputs: Int
  public let lanes: Int
  private let product: Convolution

  /// - Parameters:
  ///   - weightOffset: where `W` (`[outputs][features]`) begins in the buffers of weights and gradients.
  ///   - survivors: of a pruned layer, the ascending places `output · features + feature` of the weights that are left and
  ///     that alone lie there.
  public init(features: Int, outputs: Int, lanes: Int, weightOffset: Int, survivors: [Int32]? = nil) {
    self.features = features
    self.outputs = outputs
    self.lanes = lanes
    let shape = ConvolutionShape(
      inputChannels: features, outputChannels: outputs, kernel: 1, stride: 1, padding: 0, inputHeight: 1,
      inputWidth: 1)
    product =
      if let survivors {
        Convolution(SparsePattern(shape: shape, positions: [survivors]), lanes: lanes, weightOffset: weightOffset)
      } else {
        Convolution(shape, lanes: lanes, tapOffsets: [weightOffset])
      }
  }

  /// The floats of scratch memory that the weight gradient needs.
  public var scratchCount: Int { product.scratchCount }

  /// - Parameters:
  ///   - weights: what `weightOffset` counts from.
  ///   - bias: one an output.
  ///   - x: `[features][lane]`.
  ///   - y: `[outputs][lane]`, overwritten.
  public func forward(
    weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    product.forward(weights: weights, x: x, y: y)
    for output in 0..<outputs {
      let row = y + output &* lanes
      for lane in VectorOffsets(lanes) { row.setVector(lane, row.vector(lane) + bias[output]) }
    }
  }

  /// The gradient with respect to `x`, overwritten.
  public func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>
  ) {
    product.inputGradient(weights: weights, yGradient: yGradient, xGradient: xGradient, adding: false)
  }

  /// The gradients with respect to `W` and `b`, overwritten or added to.
  public func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, adding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    product.weightGradient(x: x, yGradient: yGradient, weightGradient: weightGradient, adding: adding, scratch: scratch)
    for output in 0..<outputs {
      var sum = Vector.zero
      for lane in VectorOffsets(lanes) { sum += yGradient.vector(output &* lanes &+ lane) }
      biasGradient[output] = adding ? biasGradient[output] + sum.pairwiseSum : sum.pairwiseSum
    }
  }
}
