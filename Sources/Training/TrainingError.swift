/// Why training cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss or a gradient is infinite or not a number; the step is left out. `checkpoint` is the newest that is there.
  case notFinite(
    NonFiniteStep, epoch: Int, step: Int, runStep: Int, learningRate: Double, checkpoint: String?)
  /// Ranks that must hold the same weights and mask do not. `checkpoint` is the newest that is there.
  case ranksDiffer(what: String, ranks: [RankHash], checkpoint: String? = nil)

  /// The same error, for a run that has checkpoints.
  package func adding(checkpoint: String?) -> TrainingError {
    guard case .ranksDiffer(let what, let ranks, _) = self else { return self }
    return .ranksDiffer(what: what, ranks: ranks, checkpoint: checkpoint)
  }

  public var description: String {
    switch self {
    case .notFinite(let cause, let epoch, let step, let runStep, let learningRate, let checkpoint):
      "the \(cause) in epoch \(epoch + 1), step \(step) (step \(runStep) of the run), at learning rate \(learningRate): "
        + (cause.weightsAreFinite
          ? "try a smaller --learning-rate, or leave such steps out by --on-nonfinite skip. "
          : "the weights themselves are not finite any more: try a smaller --learning-rate. ") + Self.name(checkpoint)
    case .ranksDiffer(let what, let ranks, let checkpoint):
      "the ranks do not agree on \(what): \(RankHash.describe(ranks)). \(Self.name(checkpoint))"
    }
  }

  private static func name(_ checkpoint: String?) -> String {
    checkpoint.map { "The last good checkpoint is \($0)" } ?? "There is no checkpoint"
  }
}

/// What one rank found as the hash of something that all must agree on.
public struct RankHash: Sendable, Equatable {
  public let rank: Int
  public let host: String
  public let hash: String

  package init(rank: Int, host: String, hash: String) {
    self.rank = rank
    self.host = host
    self.hash = hash
  }

  /// Names the ranks that differ from most; all, where no hash is that of most.
  package static func describe(_ all: [RankHash]) -> String {
    func text(_ ranks: [RankHash]) -> String {
      ranks.map { "rank \($0.rank) on host \($0.host) has \($0.hash)" }.joined(separator: ", ")
    }
    let groups = Dictionary(grouping: all, by: \.hash)
    guard let common = groups.values.max(by: { $0.count < $1.count }), 2 * common.count > all.count else {
      return text(all)
    }
    let others = all.filter { $0.hash != common[0].hash }
    return "\(text(others)), the other \(common.count) have \(common[0].hash)"
  }
}
