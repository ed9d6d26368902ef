import Pruning
import Training

/// What to prune and how to fine-tune: the flags of ``PruningConfiguration`` and of fine-tuning.
public enum PruningSettings: SettingGroup {
  /// The words of `--schedule`.
  public enum Schedule: String, Sendable, CaseIterable, SettingValue {
    /// Prune a trained network, fine-tune, and so on.
    case rounds
    /// Prune while it trains.
    case cubic
  }

  @SettingList public static var settings: [SettingDeclaration<RunConfiguration>] {
    Declaration(
      "prune", Double.self, path: "pruning.amount", in: .fraction,
      help: "Final fraction of pruned convolution weights, in [0, 1) (default: \(standardAmount)).",
      read: { if case .fraction(let amount) = $0.pruning.goal { amount } else { nil } })
    Declaration(
      "prune-count", Int.self, path: "pruning.count", value: "count", in: .atLeast(0),
      help: "Instead of --prune: how many convolution weights to prune.",
      read: { if case .count(let count) = $0.pruning.goal { count } else { nil } })
    Declaration(
      "prune-amounts", String.self, path: "pruning.amounts", value: "fractions",
      in: SettingRange("takes fractions such as 0.5,0.8,0.98", expected: "fractions") {
        SettingValues.numbers($0) as [Double]? != nil
      },
      help: "Instead of --prune and --iterations: the fraction pruned at the end of each round, such as 0.5,0.8,0.98.",
      read: { $0.pruning.listed.map { $0.map(\.word).joined(separator: ",") } })
    Declaration(
      "target-macs", Double.self, path: "pruning.targetMultiplyAdds", value: "share",
      in: .between(0, 1, "must be in (0, 1): 0.1 keeps 10 % of the multiply-adds"),
      help:
        "Instead of --prune: the share of the dense network's multiply-adds that the convolutions may keep, in (0, 1).",
      read: { if case .multiplyAdds(let share) = $0.pruning.target { share } else { nil } })
    Declaration(
      "target-speedup", Double.self, path: "pruning.targetSpeedup", value: "factor",
      in: SettingRange("must be above 1, such as 8 for 8 times as fast", expected: "more than 1") {
        $0 > 1 && $0.isFinite
      },
      help: "Instead of --prune: how many times as fast as the dense network inference is to be, as predicted.",
      read: { if case .speedup(let factor) = $0.pruning.target { factor } else { nil } })
    Declaration(
      "prune-dead", Bool.self, standard: false,
      help:
        "Instead of --prune: prune exactly the convolution weights that never meet a pixel, which changes no result.",
      read: { $0.pruning.course == .deadTaps })
    Declaration(
      "prune-linear", \.pruning.linearAmount, path: "pruning.linearAmount", standard: 0, in: .fraction,
      help: "Final fraction of pruned weights of the linear layer.")
    Declaration(
      "scope", \.pruning.scope, standard: .global,
      help: "Choose over all convolutions together (global) or in each by itself (local).")
    Declaration(
      "score", \.pruning.score, standard: .l1,
      help: PruneScore.help)
    Declaration(
      "cost-power", \.pruning.costPower, path: "pruning.costPower",
      in: .within(PruneScore.costPowers, "must be from 0 to 4"), when: { $0.pruning.score == .l1PerCost },
      help: "The power of the cost in --score l1-per-cost, from 0 to 4 (default: \(PruneScore.defaultCostPower)).")
    Declaration(
      "masked", \.isMasked, standard: false,
      help: "Keep pruned weights as zeros and multiply by them, as masks in PyTorch do: slow, for comparisons.")
    Declaration(
      "schedule", Schedule.self, standard: .rounds,
      help: """
        When to prune: in rounds after training (rounds) or during it, on a cubic curve (cubic). Fine-tuning follows \
        either, unless --finetune-epochs is 0.
        """, read: { $0.pruning.gradual == nil ? .rounds : .cubic })
    Declaration(
      "from-epoch", Int.self, path: "pruning.gradual.firstEpoch",
      in: SettingRange("must not be negative, or beyond all epochs", expected: "an epoch") {
        0...RunConfiguration.mostEpochs ~= $0
      },
      help: "With --schedule cubic: the epoch at whose end pruning begins, from zero weights on (default: 0).",
      read: { $0.pruning.gradual?.firstEpoch })
    Declaration(
      "to-epoch", Int.self,
      help: "With --schedule cubic: the epoch at whose end it is done (default: three quarters of --epochs).",
      read: { $0.pruning.gradual?.lastEpoch })
    Declaration(
      "every", Int.self, path: "pruning.gradual.interval", value: "epochs", in: .atLeast(1),
      help: "With --schedule cubic: prune every so many epochs (default: 1).", read: { $0.pruning.gradual?.interval })
    Declaration(
      "iterations", Int.self, path: "pruning.iterations", standard: 1,
      in: .atLeast(1, most: RunConfiguration.mostRounds),
      help: "Rounds of prune and fine-tune, each with the same relative rate.",
      read: { if case .rounds(let rounds, _) = $0.pruning.course { rounds } else { 1 } })
    Declaration(
      "finetune-epochs", \.finetune.epochs, path: "finetune.epochs",
      in: .atLeast(0, most: RunConfiguration.mostEpochs), when: finetunes, help: "Epochs of fine-tuning in each round.")
    Declaration(
      "finetune-learning-rate", \.finetune.learningRate, path: "finetune.learningRate", in: .positive,
      when: finetunes, help: "Largest learning rate of fine-tuning.")
    Declaration(
      "finetune-schedule", LearningRateSchedule.Name.self, when: finetunes,
      help: "Learning-rate schedule of fine-tuning: constant, multi-step, cosine or one-cycle.",
      read: { $0.finetune.schedule.name })
    Declaration(
      "round-learning-rate-decay", Double.self, path: "pruning.learningRateDecay", standard: 1, in: .positive,
      help: "What the fine-tuning learning rate is multiplied by from round to round.",
      read: { if case .finetune(let decay) = $0.pruning.recovery { decay } else { 1 } })
    Declaration(
      "rewind", Rewinding.Subject.self,
      help: """
        Instead of fine-tuning by its own settings: train again as in dense training from the end of --rewind-epoch on, with its \
        learning rates (learning-rate), or with its surviving weights too, the lottery ticket (weights).
        """, read: { $0.pruning.rewinding?.subject })
    Declaration(
      "rewind-epoch", Int.self, value: "epoch", in: .atLeast(0),
      help: "With --rewind: the epoch of dense training to go back to; 0 is its beginning.",
      read: { $0.pruning.rewinding?.epoch })
  }

  /// The flags that say how far pruning goes, of which one counts.
  static let goals = ["prune", "prune-count", "prune-amounts", "prune-dead", "target-macs", "target-speedup"]

  /// The final fraction of pruned weights where nothing is said of it.
  private static let standardAmount = 0.98

  private static let finetunes: @Sendable (RunConfiguration) -> Bool = { $0.pruning.rewinding == nil }
}

extension PruningSettings {
  /// What weights go, and when.
  ///
  /// - Parameter epochs: of dense training.
  /// - Throws: `PruningError` for epochs of `--schedule cubic` that do not fit those of training.
  static func course(_ given: SettingValues, epochs: Int) throws(PruningError) -> PruningConfiguration.Course {
    if given["prune-dead"] == true { return .deadTaps }
    if let amounts: [Double] = given.numbers("prune-amounts") { return .listed(amounts) }
    let target = given["target-macs"].map(PruneTarget.multiplyAdds) ?? given["target-speedup"].map(PruneTarget.speedup)
    let goal =
      target.map(PruningConfiguration.Goal.cost) ?? given["prune-count"].map { .count($0) }
      ?? .fraction(given["prune"] ?? standardAmount)
    guard given["schedule"] == Schedule.cubic else { return .rounds(given["iterations"] ?? 1, to: goal) }
    let first: Int = given["from-epoch"] ?? 0
    let schedule = try CubicSchedule(
      firstEpoch: first, lastEpoch: given["to-epoch"] ?? max(first + 1, epochs - epochs / 4),
      interval: given["every"] ?? 1)
    guard schedule.lastEpoch <= epochs else { throw .epochsBeyondTraining(to: schedule.lastEpoch, epochs: epochs) }
    return .cubic(schedule, to: goal)
  }

  static func recovery(_ given: SettingValues) -> PruningConfiguration.Recovery {
    guard let subject: Rewinding.Subject = given["rewind"] else {
      return .finetune(rateDecay: given["round-learning-rate-decay"] ?? 1)
    }
    return .rewind(Rewinding(subject, epoch: given["rewind-epoch"] ?? 0))
  }
}

extension PruningConfiguration {
  fileprivate var listed: [Double]? { if case .listed(let amounts) = course { amounts } else { nil } }
}

extension PruneScope: SettingValue {}
extension PruneScore: SettingValue {}
extension Rewinding.Subject: SettingValue {}
