import ArgumentParser
import Networks
import Pruning
import Runs
import Training

extension Rewinding.Subject: ExpressibleByArgument {}

/// The words of `--schedule`.
enum PruningScheduleName: String, CaseIterable, ExpressibleByArgument {
  /// Prune a trained network, fine-tune, and so on.
  case rounds
  /// Prune while it trains.
  case cubic
}

/// What to prune and how to fine-tune.
struct PruningOptions: ParsableArguments {
  @Option(help: "Final fraction of pruned convolution weights, in [0, 1) (default: 0.98).")
  var prune: Double?

  @Option(help: ArgumentHelp("Instead of --prune: how many convolution weights to prune.", valueName: "count"))
  var pruneCount: Int?

  @Option(
    help: ArgumentHelp(
      "Instead of --prune and --iterations: the fraction pruned at the end of each round, such as 0.5,0.8,0.98.",
      valueName: "fractions"))
  var pruneAmounts: String?

  @Option(
    help: ArgumentHelp(
      "Instead of --prune: the share of the dense network's multiply-adds that the convolutions may keep, in (0, 1).",
      valueName: "share"))
  var targetMacs: Double?

  @Option(
    help: ArgumentHelp(
      "Instead of --prune: how many times as fast as the dense network inference is to be, as predicted.",
      valueName: "factor"))
  var targetSpeedup: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "Instead of --prune: prune exactly the convolution weights that never meet a pixel, which changes no result.")
  var pruneDead = false

  @Option(help: "Final fraction of pruned weights of the linear layer.")
  var pruneLinear: Double = 0

  @Option(help: "Choose over all convolutions together (global) or in each by itself (local).")
  var scope: PruneScope = .global

  @Option(help: "\(PruneScore.help)")
  var score: PruneScore = .l1

  @Option(help: "The power of the cost in --score l1-per-cost, from 0 to 4 (default: 0.5).")
  var costPower: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "Keep pruned weights as zeros and multiply by them, as masks in PyTorch do: slow, for comparisons.")
  var masked = false

  @Option(
    help: """
      When to prune: in rounds after training (rounds) or during it, on a cubic curve (cubic). Fine-tuning follows \
      either, unless --finetune-epochs is 0.
      """)
  var schedule: PruningScheduleName = .rounds

  @Option(help: "With --schedule cubic: the epoch at whose end pruning begins, from zero weights on (default: 0).")
  var fromEpoch: Int?

  @Option(help: "With --schedule cubic: the epoch at whose end it is done (default: three quarters of --epochs).")
  var toEpoch: Int?

  @Option(help: ArgumentHelp("With --schedule cubic: prune every so many epochs (default: 1).", valueName: "epochs"))
  var every: Int?

  @Option(help: "Rounds of prune and fine-tune, each with the same relative rate.")
  var iterations: Int = 1

  @Option(help: "Epochs of fine-tuning in each round.")
  var finetuneEpochs: Int?

  @Option(help: "Largest learning rate of fine-tuning.")
  var finetuneLearningRate: Double?

  @Option(help: "Learning-rate schedule of fine-tuning: constant, multi-step, cosine or one-cycle.")
  var finetuneSchedule: ScheduleName?

  @Option(help: "What the fine-tuning learning rate is multiplied by from round to round.")
  var roundLearningRateDecay: Double = 1

  @Option(
    help: """
      Instead of fine-tuning by its own settings: train again as in dense training from the end of --rewind-epoch on, with its \
      learning rates (learning-rate), or with its surviving weights too, the lottery ticket (weights).
      """)
  var rewind: Rewinding.Subject?

  @Option(
    help: ArgumentHelp(
      "With --rewind: the epoch of dense training to go back to; 0 is its beginning.", valueName: "epoch"))
  var rewindEpoch: Int?

  mutating func validate() throws {
    let fraction = "must be in [0, 1): 0.98 prunes 98 % of the weights"
    try TrainingOptions.require(prune.map { $0 >= 0 && $0 < 1 }, "--prune \(fraction)")
    try TrainingOptions.require(pruneLinear >= 0 && pruneLinear < 1, "--prune-linear \(fraction)")
    try TrainingOptions.require(pruneCount.map { $0 >= 0 }, "--prune-count must not be negative")
    try TrainingOptions.require(iterations >= 1, "--iterations must be at least 1")
    try TrainingOptions.require(finetuneEpochs.map { $0 >= 0 }, "--finetune-epochs must not be negative")
    try TrainingOptions.require(
      finetuneLearningRate.map { $0 > 0 && $0.isFinite }, "--finetune-learning-rate must be positive")
    try TrainingOptions.require(
      roundLearningRateDecay > 0 && roundLearningRateDecay.isFinite, "--round-learning-rate-decay must be positive")
    if let pruneAmounts {
      guard let amounts = Self.fractions(pruneAmounts) else {
        throw ValidationError("--prune-amounts takes fractions such as 0.5,0.8,0.98")
      }
      try TrainingOptions.require(amounts.allSatisfy { $0 >= 0 && $0 < 1 }, "each of --prune-amounts \(fraction)")
      try TrainingOptions.require(
        zip(amounts, amounts.dropFirst()).allSatisfy { $0 <= $1 },
        "--prune-amounts are what is pruned in all after each round, and cannot fall")
    }
    try TrainingOptions.require(
      pruneAmounts == nil || iterations == 1, "--prune-amounts sets the rounds; leave out --iterations")
    try validateTarget()
    try validateSchedule()
    try validateRewinding()
  }

  private func validateRewinding() throws {
    try TrainingOptions.require(
      (rewind == nil) == (rewindEpoch == nil),
      "--rewind and --rewind-epoch go together: what goes back, and to which epoch")
    guard rewind != nil else { return }
    try TrainingOptions.require(rewindEpoch.map { $0 >= 0 }, "--rewind-epoch must not be negative")
    try TrainingOptions.require(
      finetuneEpochs == nil && finetuneLearningRate == nil && finetuneSchedule == nil && roundLearningRateDecay == 1,
      "--rewind trains again by the settings of dense training; leave out --finetune-epochs, --finetune-learning-rate, "
        + "--finetune-schedule and --round-learning-rate-decay")
    try TrainingOptions.require(
      schedule == .rounds, "--rewind goes back after a round of pruning; leave out --schedule cubic")
  }

  private func validateTarget() throws {
    try TrainingOptions.require(
      targetMacs.map { $0 > 0 && $0 < 1 }, "--target-macs must be in (0, 1): 0.1 keeps 10 % of the multiply-adds")
    try TrainingOptions.require(
      targetSpeedup.map { $0 > 1 && $0.isFinite }, "--target-speedup must be above 1, such as 8 for 8 times as fast")
    let given = [
      prune != nil, pruneCount != nil, pruneAmounts != nil, targetMacs != nil, targetSpeedup != nil, pruneDead,
    ]
    try TrainingOptions.require(
      given.count { $0 } <= 1,
      "--prune, --prune-count, --prune-amounts, --prune-dead, --target-macs and --target-speedup exclude each other")
    try TrainingOptions.require(
      !pruneDead || (scope == .global && score == .l1 && iterations == 1 && schedule == .rounds && pruneLinear == 0),
      "--prune-dead says which weights go; leave out --scope, --score, --iterations, --schedule and --prune-linear")
    try TrainingOptions.require(
      costPower.map { PruneScore.costPowers.contains($0) }, "--cost-power must be from 0 to 4")
    try TrainingOptions.require(
      costPower == nil || score == .l1PerCost, "--cost-power is for --score l1-per-cost only")
    try TrainingOptions.require(
      scope == .global || !score.isGlobal,
      "--score \(score.rawValue) decides how much each layer keeps; leave out --scope local, or use --score l1")
    try TrainingOptions.require(
      scope == .global || target == nil,
      "a target is reached by one ranking of all convolutions; leave out --scope local (--score uniform prunes the same "
        + "fraction of every layer)")
  }

  private func validateSchedule() throws {
    guard schedule == .cubic else {
      return try TrainingOptions.require(
        fromEpoch == nil && toEpoch == nil && every == nil,
        "--from-epoch, --to-epoch and --every are for --schedule cubic only")
    }
    try TrainingOptions.require(pruneAmounts == nil, "--schedule cubic sets the amounts; leave out --prune-amounts")
    try TrainingOptions.require(iterations == 1, "--schedule cubic prunes in one run; leave out --iterations")
    try TrainingOptions.require(
      fromEpoch.map { 0...RunConfiguration.mostEpochs ~= $0 }, "--from-epoch must not be negative, or beyond all epochs"
    )
    try TrainingOptions.require(every.map { $0 >= 1 }, "--every must be at least 1")
    try TrainingOptions.require(toEpoch.map { $0 > fromEpoch ?? 0 }, "--to-epoch must be after --from-epoch")
    try TrainingOptions.require(
      toEpoch.map { $0 - (fromEpoch ?? 0) >= every ?? 1 },
      "--every must not be longer than what lies between --from-epoch and --to-epoch")
  }

  /// What the convolutions may cost, where that decides how far pruning goes.
  private var target: PruneTarget? {
    targetMacs.map(PruneTarget.multiplyAdds) ?? targetSpeedup.map(PruneTarget.speedup)
  }

  /// Puts the options into a configuration.
  ///
  /// - Throws: `PruningError` for epochs of `--schedule cubic` that do not fit those of training.
  func apply(to configuration: inout RunConfiguration, training: TrainingOptions) throws(PruningError) {
    configuration.isMasked = masked
    configuration.finetune.schedule = training.changed(configuration.finetune.schedule, by: finetuneSchedule)
    configuration.finetune.epochs = finetuneEpochs ?? configuration.finetune.epochs
    configuration.finetune.learningRate = finetuneLearningRate ?? configuration.finetune.learningRate
    let isCounted = pruneCount != nil || pruneAmounts != nil || target != nil || pruneDead
    configuration.pruning = PruningConfiguration(
      amount: isCounted ? 0 : prune ?? 0.98, linearAmount: pruneLinear, count: pruneCount,
      amounts: pruneAmounts.flatMap(Self.fractions), target: target, iterations: iterations,
      gradual: try gradual(epochs: configuration.dense.epochs), scope: scope, score: score,
      costPower: costPower ?? PruneScore.defaultCostPower, learningRateDecay: roundLearningRateDecay)
    configuration.pruning.isDeadOnly = pruneDead
    configuration.pruning.rewinding = rewind.map { Rewinding($0, epoch: rewindEpoch ?? 0) }
  }

  private func gradual(epochs: Int) throws(PruningError) -> CubicSchedule? {
    guard schedule == .cubic else { return nil }
    let first = fromEpoch ?? 0
    let result = try CubicSchedule(
      firstEpoch: first, lastEpoch: toEpoch ?? max(first + 1, epochs - epochs / 4), interval: every ?? 1)
    guard result.lastEpoch <= epochs else { throw .epochsBeyondTraining(to: result.lastEpoch, epochs: epochs) }
    return result
  }

  private static func fractions(_ text: String) -> [Double]? {
    let numbers = text.split(separator: ",").map { Double($0) }
    return numbers.contains(nil) || numbers.isEmpty ? nil : numbers.compactMap { $0 }
  }
}
