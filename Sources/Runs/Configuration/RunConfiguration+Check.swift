import Training
import Images
import Pruning

extension RunConfiguration {
  /// The most epochs of a phase: with any batch of any data, their steps can be counted.
  public static let mostEpochs = 1_000_000
  /// The most rounds of pruning.
  public static let mostRounds = 10_000

  /// Throws where a setting by itself is beyond what any run can do. Whether settings fit data, network and ranks shows
  /// where these are known.
  public func check() throws(ConfigurationError) {
    try dense.check("dense", leastEpochs: 1)
    try finetune.check("finetune", leastEpochs: 0)
    try Self.require(trainingImages.map { $0 >= 1 }, "trainingImages", trainingImages, "1 or more")
    try Self.require((0..<1).contains(momentum), "momentum", momentum, "0 or more, below 1")
    try Self.require(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", weightDecay, "0 or more")
    try Self.require(l1 >= 0 && l1.isFinite, "l1", l1, "0 or more")
    try Self.require((0..<1).contains(averaging), "averaging", averaging, "0 or more, below 1")
    try Self.require((0...Record.edge).contains(cropPadding), "cropPadding", cropPadding, "0 to \(Record.edge)")
    try Self.require((0...Record.edge).contains(cutout), "cutout", cutout, "0 to \(Record.edge)")
    try Self.require(holdout.map { $0 >= 1 }, "holdout", holdout, "1 or more")
    try Self.require((0..<1).contains(labelSmoothing), "labelSmoothing", labelSmoothing, "0 or more, below 1")
    try pruning.check(epochs: dense.epochs)
    try Self.require(
      kind != .prune || pruning.rewinding?.subject != .weights, "pruning.rewinding.subject", "weights",
      "learning-rate: only a run that trains the dense network has weights to go back to")
  }

  fileprivate static func require(
    _ condition: Bool?, _ setting: String, _ found: (any CustomStringConvertible)?, _ expected: String
  ) throws(ConfigurationError) {
    guard condition == false, let found else { return }
    throw ConfigurationError(setting: setting, found: found.description, expected: expected)
  }
}

extension PhaseConfiguration {
  fileprivate func check(_ phase: String, leastEpochs: Int) throws(ConfigurationError) {
    let range = leastEpochs...RunConfiguration.mostEpochs
    try RunConfiguration.require(skippedEpochs == 0, "\(phase).skippedEpochs", skippedEpochs, "0")
    try RunConfiguration.require(
      range.contains(epochs), "\(phase).epochs", epochs, "\(range.lowerBound) to \(range.upperBound)")
    try RunConfiguration.require(
      learningRate > 0 && learningRate.isFinite, "\(phase).learningRate", learningRate, "more than 0")
    switch schedule {
    case .constant, .cosine: break
    case .multiStep(_, let factor):
      try RunConfiguration.require(factor > 0 && factor.isFinite, "\(phase).schedule.factor", factor, "more than 0")
    case .oneCycle(let rise, let end):
      try RunConfiguration.require(rise > 0 && rise < 1, "\(phase).schedule.rise", rise, "more than 0, below 1")
      try RunConfiguration.require(end.map { 0...1 ~= $0 }, "\(phase).schedule.end", end, "0 to 1")
    }
  }
}

extension PruningConfiguration {
  fileprivate func check(epochs: Int) throws(ConfigurationError) {
    let fraction = "0 or more, below 1"
    let rounds = 1...RunConfiguration.mostRounds
    let most = RunConfiguration.mostRounds
    try RunConfiguration.require((0..<1).contains(amount), "pruning.amount", amount, fraction)
    try RunConfiguration.require((0..<1).contains(linearAmount), "pruning.linearAmount", linearAmount, fraction)
    try RunConfiguration.require(count.map { $0 >= 0 }, "pruning.count", count, "0 or more")
    try RunConfiguration.require(
      rounds.contains(iterations), "pruning.iterations", iterations, "\(rounds.lowerBound) to \(rounds.upperBound)")
    try RunConfiguration.require(
      amounts.map { $0.count <= most }, "pruning.amounts", amounts.map { "\($0.count) amounts" }, "at most \(most)")
    try RunConfiguration.require(
      learningRateDecay > 0 && learningRateDecay.isFinite, "pruning.learningRateDecay", learningRateDecay, "more than 0"
    )
    try RunConfiguration.require(
      PruneScore.costPowers.contains(costPower), "pruning.costPower", costPower,
      "\(PruneScore.costPowers.lowerBound) to \(PruneScore.costPowers.upperBound)")
    try RunConfiguration.require(
      rewinding.map { (0..<epochs).contains($0.epoch) }, "pruning.rewinding.epoch", rewinding?.epoch,
      "0 to \(epochs - 1), an epoch of dense training")
    guard let gradual else { return }
    try RunConfiguration.require(
      gradual.lastEpoch <= epochs, "pruning.gradual.lastEpoch", gradual.lastEpoch, "at most dense.epochs, \(epochs)")
    let intervals = (gradual.lastEpoch - gradual.firstEpoch) / gradual.interval
    try RunConfiguration.require(intervals <= most, "pruning.gradual", "\(intervals) rounds", "at most \(most)")
  }
}

/// A setting that no run can have.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// Its path in `config.json`, such as `dense.epochs`.
  public let setting: String
  public let found: String
  public let expected: String

  public var description: String { "the setting \(setting) is \(found), expected \(expected)" }
}
