/// How far to prune, said by what the network costs in place of how many weights it has.
public enum PruneTarget: Sendable, Equatable {
  /// The survivors' multiply-adds in the convolutions are at most this share, in (0, 1), of the dense network's without
  /// padding.
  case multiplyAdds(Double)
  /// The dense network's predicted time of inference is at least this many times the pruned one's; more than 1.
  case speedup(Double)

  /// What of the dense network's cost is allowed, a share in (0, 1).
  public var share: Double {
    switch self {
    case .multiplyAdds(let share): share
    case .speedup(let factor): 1 / factor
    }
  }

  /// The target that leaves this share in the same measure.
  func allowing(_ share: Double) -> PruneTarget {
    switch self {
    case .multiplyAdds: .multiplyAdds(share)
    case .speedup: .speedup(1 / share)
    }
  }

  /// The target on the way at which a fraction of all that goes in the end is gone, such as 0.5 for half; all of it is
  /// the target itself.
  public func part(_ fraction: Double) -> PruneTarget {
    fraction == 1 ? self : allowing(1 - (1 - share) * fraction)
  }

  /// - Throws: ``PruningError/targetOutOfRange(_:)``.
  public func check() throws(PruningError) {
    switch self {
    case .multiplyAdds(let share): guard share > 0 && share < 1 else { throw .targetOutOfRange(self) }
    case .speedup(let factor): guard factor > 1 && factor.isFinite else { throw .targetOutOfRange(self) }
    }
  }
}

extension PruneTarget: CustomStringConvertible {
  /// `multiply-adds of at most 0.1 of the dense network's`, `a speed-up of at least 8`
  public var description: String {
    switch self {
    case .multiplyAdds(let share): "multiply-adds of at most \(share) of the dense network's"
    case .speedup(let factor): "a predicted speed-up of at least \(factor)"
    }
  }

  /// A cost in the words of the target's measure, rounded to the side that can be reached: `0.0123 of the multiply-adds`, `a
  /// speed-up of 12.34`.
  func describe(_ share: Double) -> String {
    switch self {
    case .multiplyAdds: "\((1e4 * share).rounded(.up) / 1e4) of the multiply-adds"
    case .speedup: "a speed-up of \((100 / share).rounded(.down) / 100)"
    }
  }
}
