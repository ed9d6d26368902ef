import Pruning
import Training

extension RunConfiguration {
  /// The most epochs of a phase: with any batch of any data, their steps can be counted.
  public static let mostEpochs = 1_000_000
  /// The most rounds of pruning.
  public static let mostRounds = 10_000

  /// Throws where a setting by itself is beyond what any run can do. Whether settings fit data, network and ranks shows
  /// where these are known.
  public func check() throws(ConfigurationError) {
    try dense.schedule.check("dense.schedule")
    try finetune.schedule.check("finetune.schedule")
    try TrainingSettings.check(self)
    try PruningSettings.check(self)
    let most = Self.mostRounds
    if case .listed(let amounts) = pruning.course, amounts.count > most {
      throw .init(setting: "pruning.amounts", found: "\(amounts.count) amounts", expected: "at most \(most)")
    }
    if let gradual = pruning.gradual {
      guard gradual.lastEpoch <= dense.epochs else {
        throw .init(
          setting: "pruning.gradual.lastEpoch", found: "\(gradual.lastEpoch)",
          expected: "at most dense.epochs, \(dense.epochs)")
      }
      let intervals = (gradual.lastEpoch - gradual.firstEpoch) / gradual.interval
      guard intervals <= most else {
        throw .init(setting: "pruning.gradual", found: "\(intervals) rounds", expected: "at most \(most)")
      }
    }
    guard let rewinding = pruning.rewinding else { return }
    guard (0..<dense.epochs).contains(rewinding.epoch) else {
      throw .init(
        setting: "pruning.rewinding.epoch", found: "\(rewinding.epoch)",
        expected: "0 to \(dense.epochs - 1), an epoch of dense training")
    }
    guard kind != .prune || rewinding.subject != .weights else {
      throw .init(
        setting: "pruning.rewinding.subject", found: "weights",
        expected: "learning-rate: only a run that trains the dense network has weights to go back to")
    }
  }
}

extension LearningRateSchedule {
  fileprivate func check(_ path: String) throws(ConfigurationError) {
    if let factor, !(factor > 0 && factor.isFinite) {
      throw .init(setting: "\(path).factor", found: "\(factor)", expected: "more than 0")
    }
    if let rise, !(rise > 0 && rise < 1) {
      throw .init(setting: "\(path).rise", found: "\(rise)", expected: "more than 0, below 1")
    }
    if let finalRate, !(0...1 ~= finalRate) {
      throw .init(setting: "\(path).end", found: "\(finalRate)", expected: "0 to 1")
    }
  }
}
