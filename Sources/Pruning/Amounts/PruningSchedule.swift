import Foundation

/// How many weights of a pool each round takes, for one kind of weights (convolutions or linear).
public struct PruningSchedule: Sendable, Equatable {
  /// One amount a round.
  public let amounts: [PruneAmount]

  /// The number of rounds, 1 or more.
  public var rounds: Int { amounts.count }

  /// Reaches `total`, a fraction of the whole pool, in `iterations` rounds of equal relative rate
  /// `1 - (1 - total)^(1 / iterations)` of what remains.
  ///
  /// All rounds but the last count as PyTorch would, round-half-even(rate × remaining); the last prunes whatever makes the
  /// total exactly round-half-even(total × size), in each pool. (Pools of a handful of weights can reach their total before
  /// the last round; they wait there.)
  ///
  /// - Throws: `PruningError` for a total outside [0, 1) or fewer than one round.
  public init(total: Double, iterations: Int) throws(PruningError) {
    guard iterations >= 1 else { throw .noRounds(found: iterations) }
    guard total >= 0 && total < 1 else { throw .fractionOutOfRange(pool: "pruning schedule", found: total) }
    let rate = 1 - pow(1 - total, 1 / Double(iterations))
    amounts = [PruneAmount](repeating: .fraction(rate, upTo: total), count: iterations - 1) + [.total(total)]
  }

  /// Rounds by the fraction of the whole pool that is pruned after each, such as `[0.5, 0.8, 0.98]`: the last is the final
  /// sparsity. Every round ends at exactly round-half-even(fraction × size).
  ///
  /// - Throws: `PruningError` for an empty list, a total outside [0, 1), or one below the one before it.
  public init(totals: [Double]) throws(PruningError) {
    guard !totals.isEmpty else { throw .noRounds(found: 0) }
    for (round, total) in totals.enumerated() {
      guard total >= 0 && total < 1 else {
        throw .fractionOutOfRange(pool: "round \(round + 1) of the pruning schedule", found: total)
      }
      if round > 0 && total < totals[round - 1] {
        throw .totalsDecrease(round: round + 1, previous: totals[round - 1], found: total)
      }
    }
    amounts = totals.map { .total($0) }
  }

  /// Rounds by what each takes *of what remains*, as one lists the amounts of successive calls of
  /// `torch.nn.utils.prune`: `[.fraction(0.5), .fraction(0.5)]` ends at 75 %.
  ///
  /// - Throws: `PruningError` for an empty list or a fraction outside [0, 1). Counts can only be checked against a pool.
  public init(amounts: [PruneAmount]) throws(PruningError) {
    guard !amounts.isEmpty else { throw .noRounds(found: 0) }
    for (round, amount) in amounts.enumerated() {
      switch amount {
      case .fraction(let fraction, _), .total(let fraction):
        guard fraction >= 0 && fraction < 1 else {
          throw .fractionOutOfRange(pool: "round \(round + 1) of the pruning schedule", found: fraction)
        }
      case .count(let count):
        guard count >= 0 else {
          throw .negativeCount(pool: "round \(round + 1) of the pruning schedule", found: count)
        }
      }
    }
    self.amounts = amounts
  }

  /// How many weights of a pool of `size` are pruned after each round.
  ///
  /// - Throws: `PruningError` where a round asks for more than remains or for less than is pruned.
  public func cumulativeCounts(of size: Int) throws(PruningError) -> [Int] {
    var counts: [Int] = []
    var pruned = 0
    for (round, amount) in amounts.enumerated() {
      pruned += try amount.count(pool: "round \(round + 1)", size: size, remaining: size - pruned)
      counts.append(pruned)
    }
    return counts
  }
}
