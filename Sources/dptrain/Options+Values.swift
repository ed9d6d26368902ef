import Images
import Networks
import Pruning
import Runs
import Training

// What the options come to, flag by flag, as a command line would give it. A flag without a value is missing.

extension PlaceOptions {
  func values(_ source: DataSource) -> [String: String] {
    var values = ["data": source.description, "resume": "\(resume)"]
    values["output"] = output
    return values
  }
}

extension ReliabilityOptions {
  var values: [String: String] {
    var values = [
      "checkpoint-minutes": "\(checkpointMinutes)", "keep-checkpoints": "\(keepCheckpoints)",
      "on-nonfinite": onNonfinite.rawValue, "verify-every": "\(verifyEvery)", "requeue": "\(requeue)",
    ]
    values["checkpoint-steps"] = checkpointSteps.map(String.init)
    values["stop-after-steps"] = stopAfterSteps.map(String.init)
    return values
  }
}

extension TrainingOptions {
  func values(_ configuration: RunConfiguration) -> [String: String] {
    let dense = configuration.dense
    var values = [
      "recipe": recipe.rawValue, "arch": configuration.architecture.rawValue, "epochs": "\(dense.epochs)",
      "batch-size": "\(configuration.batchSize)", "microbatch": "\(configuration.microbatch)",
      "learning-rate": "\(dense.learningRate)", "learning-rate-schedule": dense.schedule.name.rawValue,
      "optimizer": configuration.optimizer.rawValue,
      "momentum": "\(configuration.momentum)", "nesterov": "\(configuration.nesterov)",
      "weight-decay": "\(configuration.weightDecay)", "l1": "\(configuration.l1)",
      "label-smoothing": "\(configuration.labelSmoothing)", "augment": "\(configuration.augments)",
      "cutout": "\(configuration.cutout)", "decay-all": "\(configuration.decaysAll)",
      "average": "\(configuration.averaging)", "seed": "\(configuration.seed)",
      "exchange": configuration.exchange.rawValue,
    ]
    if configuration.augments {
      values["crop-padding"] = "\(configuration.cropPadding)"
      values["flips"] = configuration.flips.rawValue
    }
    values["training-images"] = configuration.trainingImages.map(String.init)
    values["holdout"] = configuration.holdout.map(String.init)
    for schedule in [configuration.finetune.schedule, dense.schedule] {
      switch schedule {
      case .constant, .cosine: break
      case .oneCycle(let rise, let end):
        values["rise"] = "\(rise)"
        values["final-rate"] = end.map { "\($0)" }
      case .multiStep(let milestones, let factor):
        values["milestones"] = milestones.map(String.init).joined(separator: ",")
        values["learning-rate-factor"] = "\(factor)"
      }
    }
    return values
  }
}

extension LearningRateSchedule {
  /// The word for it.
  var name: ScheduleName {
    switch self {
    case .constant: .constant
    case .cosine: .cosine
    case .oneCycle: .oneCycle
    case .multiStep: .multiStep
    }
  }
}

extension PruningOptions {
  func values(_ configuration: RunConfiguration) -> [String: String] {
    let pruning = configuration.pruning
    var values = [
      "prune-linear": "\(pruning.linearAmount)", "scope": pruning.scope.rawValue, "score": pruning.score.rawValue,
      "masked": "\(configuration.isMasked)", "schedule": schedule.rawValue, "iterations": "\(pruning.iterations)",
      "prune-dead": "\(pruning.isDeadOnly)", "round-learning-rate-decay": "\(pruning.learningRateDecay)",
    ]
    if pruning.score == .l1PerCost { values["cost-power"] = "\(pruning.costPower)" }
    if let gradual = pruning.gradual {
      values["from-epoch"] = "\(gradual.firstEpoch)"
      values["to-epoch"] = "\(gradual.lastEpoch)"
      values["every"] = "\(gradual.interval)"
    }
    values["prune-count"] = pruneCount.map(String.init)
    values["prune-amounts"] = pruneAmounts
    values["target-macs"] = targetMacs.map { "\($0)" }
    values["target-speedup"] = targetSpeedup.map { "\($0)" }
    if pruneCount == nil, pruneAmounts == nil, targetMacs == nil, targetSpeedup == nil, !pruneDead {
      values["prune"] = "\(pruning.amount)"
    }
    if let rewinding = pruning.rewinding {
      values["rewind"] = rewinding.subject.rawValue
      values["rewind-epoch"] = "\(rewinding.epoch)"
    } else {
      values["finetune-epochs"] = "\(configuration.finetune.epochs)"
      values["finetune-learning-rate"] = "\(configuration.finetune.learningRate)"
      values["finetune-schedule"] = configuration.finetune.schedule.name.rawValue
    }
    return values
  }
}
