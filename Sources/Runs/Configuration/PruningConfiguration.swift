import Pruning

/// What a run takes away, and what follows.
public struct PruningConfiguration: Sendable, Equatable {
  /// How far pruning goes.
  public enum Goal: Sendable, Equatable {
    /// This fraction of the convolution weights is gone in the end.
    case fraction(Double)
    /// So many convolution weights are gone in the end.
    case count(Int)
    /// The convolutions, or the network, cost no more.
    case cost(PruneTarget)
  }

  /// When weights go, and which.
  public enum Course: Sendable, Equatable {
    /// In so many rounds after dense training, each with the same relative rate.
    case rounds(Int, to: Goal)
    /// After dense training, in rounds of which each has this fraction of the convolution weights gone at its end.
    case listed([Double])
    /// Once after dense training, exactly the convolution weights that never meet a pixel.
    case deadTaps
    /// During dense training.
    case cubic(CubicSchedule, to: Goal)
  }

  /// What follows a round of pruning.
  public enum Recovery: Sendable, Equatable {
    /// Training by the numbers of ``RunConfiguration/finetune``, with the learning rate multiplied from round to round.
    case finetune(rateDecay: Double)
    /// Training again as in dense training, from one of its epochs on.
    case rewind(Rewinding)
  }

  public var course: Course
  /// The final fraction of pruned weights of the linear layer.
  public var linearAmount: Double
  public var scope: PruneScope
  public var score: PruneScore
  /// The power of the cost in the score `l1-per-cost`.
  public var costPower: Double
  public var recovery: Recovery

  public init(
    _ course: Course = .rounds(1, to: .fraction(0)), linearAmount: Double = 0, scope: PruneScope = .global,
    score: PruneScore = .l1, costPower: Double = PruneScore.defaultCostPower,
    recovery: Recovery = .finetune(rateDecay: 1)
  ) {
    self.course = course
    self.linearAmount = linearAmount
    self.scope = scope
    self.score = score
    self.costPower = costPower
    self.recovery = recovery
  }
}

extension PruningConfiguration {
  /// How far pruning goes, where it is said in one figure.
  public var goal: Goal? {
    switch course {
    case .rounds(_, let goal), .cubic(_, let goal): goal
    case .listed, .deadTaps: nil
    }
  }

  /// What the pruned network may cost, where that decides how far pruning goes.
  public var target: PruneTarget? { if case .cost(let target) = goal { target } else { nil } }

  /// When dense training prunes; nil where it does not.
  public var gradual: CubicSchedule? { if case .cubic(let schedule, _) = course { schedule } else { nil } }

  /// Where training goes back to after a round; nil where it does not.
  public var rewinding: Rewinding? { if case .rewind(let rewinding) = recovery { rewinding } else { nil } }

  /// Whether there is anything to prune.
  public var prunes: Bool {
    switch goal {
    case .fraction(let amount): amount > 0 || linearAmount > 0
    case .count(let count): count > 0 || linearAmount > 0
    case .cost, nil: true
    }
  }
}

/// What goes back after pruning to where dense training stood at the end of an epoch (Renda, Frankle & Carbin, 2020, arXiv
/// 2003.02389).
public struct Rewinding: Sendable, Equatable, Codable {
  public enum Subject: String, Sendable, CaseIterable, Codable {
    /// The learning rate; weights stay as they are.
    case learningRate = "learning-rate"
    /// The learning rate, the surviving weights and the statistics: the lottery ticket (Frankle & Carbin, 2019, arXiv 1803.03635).
    case weights
  }

  public var subject: Subject
  /// The epochs of dense training that are done there; 0 is its beginning.
  public var epoch: Int

  public init(_ subject: Subject, epoch: Int) {
    self.subject = subject
    self.epoch = epoch
  }
}
