import Networks
import Pruning

extension PruningConfiguration {
  /// What each round prunes, with the amounts of convolutions and linear layer worked out; with ``gradual``, one round for
  /// each of its epochs.
  public func requests(layout: ParameterLayout, seed: UInt64) throws(PruningError) -> [PruneRequest] {
    try target?.check()
    let convolutions = try convolutionSchedule(layout)
    let linear = try schedule(to: linearAmount, rounds: convolutions.rounds)
    return (0..<convolutions.rounds).map { round in
      var request = PruneRequest(
        convolutionAmount: convolutions.amounts[round], linearAmount: linear.amounts[round],
        target: target.map { target in gradual.map { target.part($0.fractions[round]) } ?? target },
        roundsLeft: gradual == nil ? convolutions.rounds - round : 1, scope: scope, score: score, costPower: costPower,
        seed: seed, round: round)
      // By their cost dead taps come first, all with the score 0.
      if course == .deadTaps { request.score = .l1PerCost }
      return request
    }
  }

  private func convolutionSchedule(_ layout: ParameterLayout) throws(PruningError) -> PruningSchedule {
    let size = layout.convolutionWeights.reduce(0) { $0 + $1.count }
    switch course {
    case .listed(let amounts): return try PruningSchedule(totals: amounts)
    case .deadTaps:
      let dead = layout.convolutionWeights.reduce(0) { $0 + $1.deadCount }
      return try schedule(to: Double(dead) / Double(size), rounds: 1)
    case .rounds(let rounds, let goal): return try schedule(to: Self.fraction(goal, of: size), rounds: rounds)
    case .cubic(_, let goal): return try schedule(to: Self.fraction(goal, of: size), rounds: 1)
    }
  }

  /// The final fraction of pruned convolution weights; 0 where a target decides.
  private static func fraction(_ goal: Goal, of size: Int) throws(PruningError) -> Double {
    switch goal {
    case .cost: return 0
    case .fraction(let amount): return amount
    case .count(let count):
      guard count < size else { throw .countBeyondRemaining(pool: "the convolutions", found: count, remaining: size) }
      return Double(count) / Double(size)
    }
  }

  private func schedule(to total: Double, rounds: Int) throws(PruningError) -> PruningSchedule {
    if let gradual { return try PruningSchedule(totals: gradual.totals(to: total)) }
    return try PruningSchedule(total: total, iterations: rounds)
  }
}
