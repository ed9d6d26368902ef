import Kernels
import MPI
import NeuralNetwork
import Pruning

/// What pruning a network did.
public struct PruningResult: Sendable {
  public let mask: Mask
  /// Selection on rank 0, broadcast of the mask and its application, in seconds.
  public let seconds: Double
}

extension PruningConfiguration {
  /// What each round prunes, with the amounts of convolutions and linear layer worked out.
  public func requests(layout: ParameterLayout, seed: UInt64) throws(PruningError) -> [PruneRequest] {
    let convolutions: PruningSchedule
    if let amounts {
      convolutions = try PruningSchedule(totals: amounts)
    } else if let count {
      let size = layout.convolutionWeights.reduce(0) { $0 + $1.count }
      guard count < size else { throw .countBeyondRemaining(pool: "the convolutions", found: count, remaining: size) }
      convolutions = try PruningSchedule(total: Double(count) / Double(size), iterations: iterations)
    } else {
      convolutions = try PruningSchedule(total: amount, iterations: iterations)
    }
    let linear = try PruningSchedule(total: linearAmount, iterations: convolutions.rounds)
    return (0..<convolutions.rounds).map { round in
      PruneRequest(
        convolutionAmount: convolutions.amounts[round], linearAmount: linear.amounts[round], scope: scope,
        method: method, seed: seed, round: round)
    }
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
    return try select(weights: weights, layout: network.layout, mask: mask, request: request)
  }
  try result.broadcast(communicator)
  result.apply(to: network.arena[0..<network.layout.count])
  let seconds = (clock.now - start) / .seconds(1)
  try ArenaHash(result).proveAgreement(on: "the mask", communicator)
  try ArenaHash(network).proveAgreement(on: "the weights", communicator)
  return PruningResult(mask: result, seconds: seconds)
}

extension Mask {
  /// Replaces the mask by rank 0's.
  fileprivate mutating func broadcast(_ communicator: Communicator) throws(MPIError) {
    try withUnsafeMutableBytes { (bytes) throws(MPIError) in
      try communicator.broadcast(bytes.bindMemory(to: UInt8.self), root: 0)
    }
  }
}
