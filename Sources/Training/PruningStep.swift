import Formats
import Kernels
import MPI
import Networks
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
    return try request.select(weights: weights, layout: network.layout, mask: mask, graph: network.graph)
  }
  try result.broadcast(communicator)
  result.apply(to: network.arena[0..<network.layout.count])
  let seconds = (clock.now - start) / .seconds(1)
  try Hash128(result).proveAgreement(on: "the mask", communicator)
  try Hash128(network).proveAgreement(on: "the weights", communicator)
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
