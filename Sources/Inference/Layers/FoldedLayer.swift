import Kernels

/// A convolution or linear layer with all that follows it up to the next one: `y = ReLU(W ∗ x + bias + residual)`.
public struct FoldedLayer: FoldedOperation {
  /// What a shortcut adds to the output.
  public struct Residual: Sendable, Equatable {
    public let value: FoldedNetwork.ValueIndex
    /// For each output channel, the channel of ``value`` that is added to it; -1 where nothing is.
    public let channels: [Int32]

    public init(value: FoldedNetwork.ValueIndex, channels: [Int32]) {
      self.value = value
      self.channels = channels
    }

    /// Whether every channel of a value with that many is added to the output channel of the same number.
    public func isWhole(of count: Int) -> Bool {
      channels.count == count && channels.indices.allSatisfy { Int(channels[$0]) == $0 }
    }
  }

  /// torchvision's name of the convolution or linear layer, such as `layer1.0.conv1`.
  public let name: String
  /// The geometry; a linear layer is a 1×1 convolution of a single pixel. It has no input channels where nothing that depends
  /// on the image feeds the layer.
  public let shape: ConvolutionShape
  public let weights: SurvivingWeights
  public let bias: FoldedBias
  public let residual: Residual?
  /// Whether negative results become zero.
  public let rectifies: Bool
  /// Whether it is fully connected, on values of a single pixel.
  public let isLinear: Bool

  public init(
    name: String, shape: ConvolutionShape, weights: SurvivingWeights, bias: FoldedBias, residual: Residual?,
    rectifies: Bool, isLinear: Bool = false
  ) {
    self.name = name
    self.shape = shape
    self.weights = weights
    self.bias = bias
    self.residual = residual
    self.rectifies = rectifies
    self.isLinear = isLinear
  }

  /// The same layer with other weights and biases.
  func with(weights: SurvivingWeights, bias: FoldedBias) -> FoldedLayer {
    FoldedLayer(
      name: name, shape: shape, weights: weights, bias: bias, residual: residual, rectifies: rectifies,
      isLinear: isLinear)
  }

  public var otherInputs: [FoldedNetwork.ValueIndex] { residual.map { [$0.value] } ?? [] }

  /// The multiply-adds of one image: each survivor once for every output pixel at which it meets the input.
  public var multiplyAdds: Int {
    zip(shape.outputsPerTap, weights.positions).reduce(0) { $0 + $1.0 * $1.1.count }
  }
}
