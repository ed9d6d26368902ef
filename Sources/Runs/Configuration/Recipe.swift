import Training

/// Settings that belong together, chosen by `--recipe`; every one has a flag of its own.
public enum Recipe: String, Sendable, CaseIterable {
  /// The numbers of Lei Mao's article "PyTorch Pruning" (2021).
  case article
  /// The same network in an eighth of the epochs, chosen on held-out images (docs/results.md).
  case quick

  public var configuration: RunConfiguration {
    var result = RunConfiguration()
    switch self {
    case .article:
      let schedule = LearningRateSchedule.multiStep(milestones: [100, 150], factor: 0.1)
      (result.dense.schedule, result.finetune.schedule) = (schedule, schedule)
    case .quick:
      let schedule = LearningRateSchedule.oneCycle(rise: 0.2, end: 0.05)
      result.dense = PhaseConfiguration(epochs: 32, learningRate: 0.6, schedule: schedule)
      result.finetune = PhaseConfiguration(epochs: 20, learningRate: 0.2, schedule: schedule)
      (result.batchSize, result.nesterov, result.weightDecay, result.labelSmoothing) = (512, true, 5e-4, 0.1)
      (result.flips, result.cropPadding, result.cutout) = (.alternating, 2, 8)
      result.averaging = 0.99
    }
    return result
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

// For the help.

extension Recipe {
  /// A setting of the recipe, such as `quick: 0.99`.
  func says(_ setting: KeyPath<RunConfiguration, some SettingValue>) -> String {
    "\(rawValue): \(configuration[keyPath: setting].word)"
  }

  var epochs: String { epochs(synthetic: false) }

  /// Of both phases, such as `32 + 20`.
  func epochs(synthetic: Bool) -> String {
    let configuration = synthetic ? syntheticConfiguration : configuration
    return "\(configuration.dense.epochs) + \(configuration.finetune.epochs)"
  }
}
