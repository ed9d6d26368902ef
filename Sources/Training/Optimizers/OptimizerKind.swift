/// The optimizers that a run can choose from.
public enum OptimizerKind: String, Sendable, CaseIterable, Codable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam with decoupled weight decay.
  case adamw

  /// The largest learning rate and the weight decay where neither is given: PyTorch's of AdamW; nil where a recipe's are meant
  /// for it.
  public var standard: (learningRate: Double, weightDecay: Double)? {
    switch self {
    case .sgd: nil
    case .adamw: (1e-3, 1e-2)
    }
  }

  /// The optimizer before its first step.
  ///
  /// - Parameters:
  ///   - momentum: of gradient descent.
  ///   - nesterov: whether gradient descent takes Nesterov's form of it.
  public func make(momentum: Double, nesterov: Bool) -> any Optimizer {
    switch self {
    case .sgd: GradientDescent(momentum: Float(momentum), isNesterov: nesterov)
    case .adamw: AdamW()
    }
  }
}
