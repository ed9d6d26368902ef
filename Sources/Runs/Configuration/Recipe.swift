import Training

/// Settings that belong together, chosen by `--recipe`; every one has a flag of its own.
public enum Recipe: String, Sendable, CaseIterable {
  /// The numbers of Lei Mao's article "PyTorch Pruning" (2021).
  case article
  /// The same network in an eighth of the epochs, chosen on held-out images (docs/results.md).
  case quick

  public var configuration: RunConfiguration {
    switch self {
    case .article:
      let schedule = LearningRateSchedule.multiStep(milestones: [100, 150], factor: 0.1)
      return RunConfiguration(
        architecture: .resnet18, batchSize: 128, microbatch: 64, momentum: 0.9, nesterov: false, weightDecay: 1e-4,
        l1: 0, labelSmoothing: 0, augments: true, seed: 0, exchange: .tree,
        dense: PhaseConfiguration(epochs: 200, learningRate: 0.1, schedule: schedule),
        finetune: PhaseConfiguration(epochs: 200, learningRate: 1e-3, schedule: schedule),
        pruning: PruningConfiguration())
    case .quick:
      let schedule = LearningRateSchedule.oneCycle(rise: 0.2, end: 0.05)
      var result = RunConfiguration(
        architecture: .resnet18, batchSize: 512, microbatch: 64, momentum: 0.9, nesterov: true, weightDecay: 5e-4,
        l1: 0, labelSmoothing: 0.1, augments: true, seed: 0, exchange: .tree,
        dense: PhaseConfiguration(epochs: 32, learningRate: 0.6, schedule: schedule),
        finetune: PhaseConfiguration(epochs: 20, learningRate: 0.2, schedule: schedule),
        pruning: PruningConfiguration())
      (result.flips, result.cropPadding, result.cutout) = (.alternating, 2, 8)
      result.averaging = 0.99
      return result
    }
  }

  /// The configuration for the built-in synthetic images.
  ///
  /// Their epochs have 10 steps of 512 where CIFAR-10's have 97: the warm-up of `quick` is then too short for its
  /// learning rates, and training diverges in its first steps. They are learned in fewer epochs.
  public var syntheticConfiguration: RunConfiguration {
    var result = configuration
    if self == .quick {
      (result.dense.epochs, result.dense.learningRate) = (20, 0.1)
      (result.finetune.epochs, result.finetune.learningRate) = (10, 0.05)
    }
    return result
  }
}
