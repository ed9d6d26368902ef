/// Why nothing was pruned.
public enum PruningError: Error, Equatable, CustomStringConvertible {
  /// The weights or the mask have another length than the arena.
  case lengthMismatch(what: String, found: Int, expected: Int)
  /// A parameter's blocks do not lie in the arena or do not make up its shape.
  case malformedParameter(name: String)
  /// The arena is longer than selection can count.
  case arenaTooLong(found: Int)
  /// A fraction outside [0, 1).
  case fractionOutOfRange(pool: String, found: Double)
  case negativeCount(pool: String, found: Int)
  case countBeyondRemaining(pool: String, found: Int, remaining: Int)
  /// A total to reach that earlier rounds have passed.
  case totalBelowPruned(pool: String, fraction: Double, total: Int, pruned: Int)
  /// A weight that has no magnitude to rank by; `index` counts in torchvision's order.
  case notFinite(parameter: String, index: Int, value: Float)
  /// A schedule without rounds.
  case noRounds(found: Int)
  /// The totals of a schedule do not increase; `round` counts from 1.
  case totalsDecrease(round: Int, previous: Double, found: Double)

  public var description: String {
    switch self {
    case .lengthMismatch(let what, let found, let expected):
      "\(what): found \(found) elements, expected the arena's \(expected)"
    case .malformedParameter(let name):
      "\(name): its blocks do not lie in the arena or do not make up its shape"
    case .arenaTooLong(let found):
      "an arena of \(found) elements: expected fewer than \(UInt32.max)"
    case .fractionOutOfRange(let pool, let found):
      "\(pool): amount \(found) is outside [0, 1); give the fraction to prune, such as 0.98 for 98 %"
    case .negativeCount(let pool, let found):
      "\(pool): cannot prune \(found) weights; give a count of 0 or more"
    case .countBeyondRemaining(let pool, let found, let remaining):
      "\(pool): cannot prune \(found) weights, only \(remaining) remain; give a count of at most \(remaining)"
    case .totalBelowPruned(let pool, let fraction, let total, let pruned):
      """
      \(pool): \(pruned) weights are pruned already, more than the \(total) that an amount of \(fraction) asks for; \
      give a larger amount
      """
    case .notFinite(let parameter, let index, let value):
      """
      \(parameter): element \(index) is \(value), which has no place in a ranking; training diverged before this point, \
      so lower the learning rate
      """
    case .noRounds(let found):
      "\(found) rounds of pruning: expected 1 or more"
    case .totalsDecrease(let round, let previous, let found):
      "round \(round) of the pruning schedule: total \(found) is below \(previous) of the round before"
    }
  }
}
