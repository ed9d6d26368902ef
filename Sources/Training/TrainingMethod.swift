import Images

/// How the optimizer steps of a run train, whatever the phase.
public struct TrainingMethod: Sendable {
  /// Everything random follows from it.
  public var seed: UInt64
  /// What training images go through in the first epoch; nil for nothing.
  public var augmentation: Augmentation?
  public var exchange: ExchangeMethod
  /// As it is before the first step.
  public var optimizer: any Optimizer
  public var weightDecay: Double
  /// Whether weight decay acts on biases and normalization too, and not only on weights.
  public var decaysAll: Bool
  /// The decay of a moving average of the weights; 0 for none.
  public var averaging: Double

  public init(
    seed: UInt64, augmentation: Augmentation?, exchange: ExchangeMethod, optimizer: any Optimizer,
    weightDecay: Double, decaysAll: Bool, averaging: Double
  ) {
    self.seed = seed
    self.augmentation = augmentation
    self.exchange = exchange
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    self.decaysAll = decaysAll
    self.averaging = averaging
  }
}
