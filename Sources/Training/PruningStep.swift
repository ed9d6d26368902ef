import Kernels
import MPI
import NeuralNetwork
import Pruning

/// What pruning a network did.
public struct PruningResult: Sendable {
  public let mask: Mask
  /// The layers that this round has left nothing of that computes anything, by their weights' names.
  public let emptiedLayers: [String]
  /// What the pruned network costs, and what the dense one does.
  public let cost: NetworkCost
  /// Selection on rank 0, broadcast of the mask and its application, in seconds.
  public let seconds: Double
}

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

/// Prunes a network that all ranks hold: rank 0 selects, all apply, and prove that they agree.
///
/// - Parameter mask: which weights have survived so far.
/// - Throws: `PruningError` where the request cannot be met, `TrainingError.ranksDiffer` where ranks end with other weights or
///   masks; on all ranks together.
public func prune(
  _ network: Network, mask: Mask, request: PruneRequest, communicator: Communicator
) throws -> PruningResult {
  let clock = ContinuousClock()
  let start = clock.now
  var result = try communicator.collectively {
    guard communicator.rank == 0 else { return mask }
    let weights = UnsafeBufferPointer(network.arena[0..<network.layout.count])
    return try select(weights: weights, layout: network.layout, mask: mask, request: request, graph: network.graph)
  }
  try result.broadcast(communicator)
  result.apply(to: network.arena[0..<network.layout.count])
  let seconds = (clock.now - start) / .seconds(1)
  try ArenaHash(result).proveAgreement(on: "the mask", communicator)
  try ArenaHash(network).proveAgreement(on: "the weights", communicator)
  let before = mask.emptyLayers(of: network.layout)
  let emptied = result.emptyLayers(of: network.layout).filter { !before.contains($0) }
  let cost = NetworkCost(graph: network.graph, layout: network.layout, mask: result)
  return PruningResult(mask: result, emptiedLayers: emptied, cost: cost, seconds: seconds)
}

extension Mask {
  /// Replaces the mask by rank 0's.
  fileprivate mutating func broadcast(_ communicator: Communicator) throws(MPIError) {
    try withUnsafeMutableBytes { (bytes) throws(MPIError) in
      try communicator.broadcast(bytes.bindMemory(to: UInt8.self), root: 0)
    }
  }
}
