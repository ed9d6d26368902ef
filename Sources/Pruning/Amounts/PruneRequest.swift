/// What is ranked together.
public enum PruneScope: String, Sendable, CaseIterable {
  /// All convolution weights in one ranking and all linear weights in another, as `prune.global_unstructured`.
  case global
  /// Every tensor by itself, as `prune.l1_unstructured` called for each.
  case local
}

/// One round of pruning: what to take, from what, how.
public struct PruneRequest: Sendable, Equatable {
  /// What to prune of the convolution weights, dead taps included. Without effect where there is a `target`.
  public var convolutionAmount: PruneAmount
  /// What to prune of the linear weight, a pool of its own.
  public var linearAmount: PruneAmount
  /// Instead of an amount: what the convolutions may cost once the last round is done.
  public var target: PruneTarget?
  /// The rounds that are left to reach the target, this one included. Each takes an equal relative share of the way.
  public var roundsLeft: Int
  public var scope: PruneScope
  public var score: PruneScore
  /// The power of the cost in ``PruneScore/l1PerCost``, in ``PruneScore/costPowers``; without effect on other scores.
  public var costPower: Double
  /// With `round`, what ``PruneScore/random`` draws from; unused by other scores.
  public var seed: UInt64
  /// The number of the round, from 0.
  public var round: Int

  public init(
    convolutionAmount: PruneAmount, linearAmount: PruneAmount = .none, target: PruneTarget? = nil, roundsLeft: Int = 1,
    scope: PruneScope = .global, score: PruneScore = .l1, costPower: Double = PruneScore.defaultCostPower,
    seed: UInt64 = 0, round: Int = 0
  ) {
    self.convolutionAmount = convolutionAmount
    self.linearAmount = linearAmount
    self.target = target
    self.roundsLeft = roundsLeft
    self.scope = scope
    self.score = score
    self.costPower = costPower
    self.seed = seed
    self.round = round
  }
}
