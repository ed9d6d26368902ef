/// What is ranked together.
public enum PruneScope: String, Sendable, CaseIterable {
  /// All convolution weights in one ranking and all linear weights in another, as `prune.global_unstructured`.
  case global
  /// Every tensor by itself, as `prune.l1_unstructured` called for each.
  case local
}

/// Which weights of a pool go first.
public enum PruneMethod: String, Sendable, CaseIterable {
  /// Those of least magnitude; among equals the first in torchvision's order (parameters as in the `state_dict`, then
  /// `[O][I][kh][kw]`).
  case l1
  /// A uniform draw, the control that any ranking has to beat.
  case random
}

/// One round of pruning: what to take, from what, how.
public struct PruneRequest: Sendable, Equatable {
  /// What to prune of the convolution weights, dead taps included.
  public var convolutionAmount: PruneAmount
  /// What to prune of the linear weight, a pool of its own.
  public var linearAmount: PruneAmount
  public var scope: PruneScope
  public var method: PruneMethod
  /// With `round`, what `PruneMethod.random` draws from; unused by `PruneMethod.l1`.
  public var seed: UInt64
  /// The number of the round, from 0.
  public var round: Int

  public init(
    convolutionAmount: PruneAmount, linearAmount: PruneAmount = .none, scope: PruneScope = .global,
    method: PruneMethod = .l1, seed: UInt64 = 0, round: Int = 0
  ) {
    self.convolutionAmount = convolutionAmount
    self.linearAmount = linearAmount
    self.scope = scope
    self.method = method
    self.seed = seed
    self.round = round
  }
}
