import Foundation
import Networks

extension PruneScore {
  /// The magnitude, as in `torch.nn.utils.prune`.
  public static let l1 = PruneScore("l1", help: "the smallest magnitudes (l1)", order: .magnitudes)

  /// The magnitude over a power of the cost: |w| / cost^p, in double precision, rounded to single. The cost of a convolution
  /// weight is the multiply-adds that it takes part in for one image, without those that meet padding; of a linear weight, 1.
  public static let l1PerCost = PruneScore(
    "l1-per-cost", help: ", those over the weight's cost to a power (l1-per-cost)", comparedPowers: [0.5, 1],
    order: .numbers(magnitudesPerCost))

  /// - Throws: `PruningError.unknownCost` for a convolution whose shape is not known.
  @Sendable private static func magnitudesPerCost(
    _ parameter: Parameter, _ input: ScoredWeights, _ scores: inout [Float]
  ) throws(PruningError) {
    guard let costs = input.costs[parameter.name] else { throw .unknownCost(parameter: parameter.name) }
    for ((block, isLive), cost) in zip(zip(parameter.blocks, parameter.isLive), costs) where isLive && cost > 0 {
      let divisor = pow(Double(cost), input.costPower)
      for index in block { scores[index] = Float(Double(abs(input.weights[index])) / divisor) }
    }
  }
}
