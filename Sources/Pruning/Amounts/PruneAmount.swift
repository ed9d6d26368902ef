/// How many weights of a pool a round of pruning takes. A pool is what is ranked together: all convolution weights under
/// global scope, one tensor under local scope.
public enum PruneAmount: Sendable, Equatable {
  /// This fraction, in [0, 1), of the weights that *remain*: round-half-even(fraction × remaining), as repeated calls of
  /// `torch.nn.utils.prune` take it. With `upTo`, never so many that more than that fraction of the whole pool would be
  /// pruned.
  case fraction(Double, upTo: Double? = nil)
  /// This many of the weights that remain, of each pool.
  case count(Int)
  /// As many as make the pruned weights, those pruned earlier included, round-half-even(fraction × size of the pool).
  case total(Double)

  /// Nothing.
  public static let none = PruneAmount.count(0)

  /// The number of weights to prune.
  ///
  /// - Parameters:
  ///   - pool: the pool's name, for errors.
  ///   - size: all its weights, pruned or not.
  ///   - remaining: those that are not pruned yet.
  /// - Throws: `PruningError` for a fraction outside [0, 1), a negative count, a count beyond what remains, or a total
  ///   below what is pruned already.
  public func count(pool: String, size: Int, remaining: Int) throws(PruningError) -> Int {
    let pruned = size - remaining
    switch self {
    case .fraction(let fraction, let limit):
      let count = try Self.rounded(fraction, of: remaining, pool: pool)
      guard let limit else { return count }
      return min(count, max(0, try Self.rounded(limit, of: size, pool: pool) - pruned))
    case .count(let count):
      guard count >= 0 else { throw .negativeCount(pool: pool, found: count) }
      guard count <= remaining else { throw .countBeyondRemaining(pool: pool, found: count, remaining: remaining) }
      return count
    case .total(let fraction):
      let total = try Self.rounded(fraction, of: size, pool: pool)
      guard total >= pruned else {
        throw .totalBelowPruned(pool: pool, fraction: fraction, total: total, pruned: pruned)
      }
      return total - pruned
    }
  }

  private static func rounded(_ fraction: Double, of size: Int, pool: String) throws(PruningError) -> Int {
    guard fraction >= 0 && fraction < 1 else { throw .fractionOutOfRange(pool: pool, found: fraction) }
    return Int((fraction * Double(size)).rounded(.toNearestOrEven))
  }
}
