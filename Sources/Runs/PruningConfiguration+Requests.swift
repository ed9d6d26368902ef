import Networks
import Pruning

extension PruningConfiguration {
  /// What each round prunes, with the amounts of convolutions and linear layer worked out; with ``gradual``, one round for
  /// each of its epochs.
  public func requests(layout: ParameterLayout, seed: UInt64) throws(PruningError) -> [PruneRequest] {
    try target?.check()
    let convolutions = try schedule(to: try total(layout), listed: amounts)
    let linear = try schedule(to: linearAmount, rounds: convolutions.rounds)
    return (0..<convolutions.rounds).map { round in
      PruneRequest(
        convolutionAmount: convolutions.amounts[round], linearAmount: linear.amounts[round],
        target: target.map { target in gradual.map { target.part($0.fractions[round]) } ?? target },
        roundsLeft: gradual == nil ? convolutions.rounds - round : 1, scope: scope,
        // By their cost dead taps come first, all with the score 0.
        score: isDeadOnly ? .l1PerCost : score, costPower: costPower, seed: seed, round: round)
    }
  }

  /// The final fraction of pruned convolution weights; 0 where a target decides.
  private func total(_ layout: ParameterLayout) throws(PruningError) -> Double {
    if target != nil { return 0 }
    let size = layout.convolutionWeights.reduce(0) { $0 + $1.count }
    if isDeadOnly { return Double(layout.convolutionWeights.reduce(0) { $0 + $1.deadCount }) / Double(size) }
    guard let count else { return amount }
    guard count < size else { throw .countBeyondRemaining(pool: "the convolutions", found: count, remaining: size) }
    return Double(count) / Double(size)
  }

  private func schedule(
    to total: Double, listed: [Double]? = nil, rounds: Int? = nil
  ) throws(PruningError) -> PruningSchedule {
    if let listed { return try PruningSchedule(totals: listed) }
    if let gradual { return try PruningSchedule(totals: gradual.totals(to: total)) }
    return try PruningSchedule(total: total, iterations: rounds ?? iterations)
  }
}
