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
  /// A score that compares layers, with each layer ranked by itself.
  case scopeContradictsScore(PruneScore)
  /// A target is reached by one ranking of all convolutions.
  case scopeContradictsTarget(PruneTarget)
  case costPowerOutOfRange(found: Double)
  /// A share outside (0, 1), or a factor that is not above 1.
  case targetOutOfRange(PruneTarget)
  /// A target that needs no pruning; `share` is what the network costs, of the dense one.
  case targetMet(PruneTarget, share: Double)
  /// A target that no number of pruned weights meets; `least` is the lowest cost possible, of the dense network's.
  case targetOutOfReach(PruneTarget, least: Double)
  /// A weight whose cost is needed and that the network's graph does not have.
  case unknownCost(parameter: String)
  /// An amount that leaves no way from the image to the result. `largest` of the remaining weights can be pruned, beside
  /// the `pruned` of all `size`; `layers` are those that would have nothing left.
  case emptiesNetwork(pool: String, found: Int, largest: Int, pruned: Int, size: Int, layers: [String])
  /// A gradual schedule whose epochs do not make one.
  case epochsOutOfOrder(from: Int, to: Int, every: Int)
  /// A gradual schedule that goes on after the last epoch.
  case epochsBeyondTraining(to: Int, epochs: Int)

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
    case .scopeContradictsScore(let score):
      """
      the score \(score.rawValue) decides how much each layer keeps, which contradicts the local scope's same amount for \
      all; use the global scope, or the score l1
      """
    case .scopeContradictsTarget(let target):
      """
      \(target): a target is reached by one ranking of all convolutions, not under local scope; use the global scope (the \
      score uniform prunes the same fraction of every layer)
      """
    case .costPowerOutOfRange(let found):
      "cost power \(found): expected \(PruneScore.costPowers.lowerBound) to \(PruneScore.costPowers.upperBound)"
    case .targetOutOfRange(.multiplyAdds(let share)):
      "target share \(share) of the multiply-adds is outside (0, 1); give what may be left, such as 0.1 for 10 %"
    case .targetOutOfRange(.speedup(let factor)):
      "target speed-up \(factor): expected a finite factor above 1, such as 8"
    case .targetMet(let target, let share):
      "the model has \(target.describe(share)) already; there is nothing to prune for \(target)"
    case .targetOutOfReach(let target, let least):
      "\(target) cannot be reached; the least that pruning can leave is \(target.describe(least)): give a milder target"
    case .unknownCost(let parameter):
      "\(parameter): what it costs is not known, as the network's operations do not have it"
    case .emptiesNetwork(let pool, let found, let largest, let pruned, let size, let layers):
      """
      \(pool): without \(found) more weights nothing of the image reaches the result (empty: \
      \(layers.joined(separator: ", "))); at most \(largest) can be pruned, an amount of \
      \(Self.fraction(pruned + largest, of: size))
      """
    case .epochsOutOfOrder(let from, let to, let every):
      """
      pruning from epoch \(from) to epoch \(to) every \(every): expected 0 or more, a later epoch, and an interval of 1 or \
      more that is no longer than what lies between
      """
    case .epochsBeyondTraining(let to, let epochs):
      "pruning to epoch \(to) of \(epochs): it must end with the last epoch of dense training or before"
    }
  }

  /// The fraction to four digits, not above it.
  private static func fraction(_ count: Int, of size: Int) -> Double {
    size == 0 ? 0 : (Double(count) / Double(size) * 10_000).rounded(.down) / 10_000
  }
}
