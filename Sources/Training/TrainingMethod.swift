import Images

/// How the optimizer steps of a run train, whatever the phase.
public struct TrainingMethod: Sendable, Equatable {
  /// Everything random follows from it.
  public var seed: UInt64
  /// What training images go through in the first epoch; nil for nothing.
  public var augmentation: Augmentation?
  public var exchange: ExchangeMethod
  public var momentum: Double
  public var nesterov: Bool
  public var weightDecay: Double
  /// Whether weight decay acts on biases and normalization too, and not only on weights.
  public var decaysAll: Bool
  /// The decay of a moving average of the weights; 0 for none.
  public var averaging: Double

  public init(
    seed: UInt64, augmentation: Augmentation?, exchange: ExchangeMethod, momentum: Double, nesterov: Bool,
    weightDecay: Double, decaysAll: Bool, averaging: Double
  ) {
    self.seed = seed
    self.augmentation = augmentation
    self.exchange = exchange
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.decaysAll = decaysAll
    self.averaging = averaging
  }
}
