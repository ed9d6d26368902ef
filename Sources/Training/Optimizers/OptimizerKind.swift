/// The optimizers that a run can choose from.
public enum OptimizerKind: String, Sendable, CaseIterable, Codable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam with decoupled weight decay.
  case adamw

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
