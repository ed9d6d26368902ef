/// A part of a run. After each of them, and after every step within, the run can stop and be resumed.
public enum RunStage: Sendable, Hashable, Codable {
  /// Dense training, with gradual pruning where the run has it.
  case dense
  /// The evaluation of what is to be pruned, or of what gradual pruning left.
  case start
  /// Selection and its evaluation; rounds count from 1.
  case prune(round: Int)
  case finetune(round: Int)
  /// The evaluation after fine-tuning.
  case evaluation(round: Int)
  /// The report at the end.
  case summary

  /// The stages of a run, in their order.
  ///
  /// - Parameter rounds: of pruning.
  public static func all(_ configuration: RunConfiguration, rounds: Int) -> [RunStage] {
    let dense: [RunStage] = configuration.kind == .prune ? [] : [.dense]
    guard configuration.kind != .train else { return dense + [.summary] }
    let isGradual = configuration.pruning.gradual != nil
    let pruning: [RunStage] =
      isGradual
      ? [.finetune(round: rounds), .evaluation(round: rounds)]
      : (1...max(1, rounds)).flatMap { [.prune(round: $0), .finetune(round: $0), .evaluation(round: $0)] }
    return dense + [.start] + pruning + [.summary]
  }
}
