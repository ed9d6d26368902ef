import Kernels
import MPI
import Networks

/// A step whose loss or gradient is infinite or not a number.
public struct NonFiniteStep: Sendable, Equatable, CustomStringConvertible {
  /// The first parameter or running statistic, in torchvision's order, of which the summed gradient is not finite; nil where
  /// only the loss is not.
  public let parameter: String?
  public let lossIsFinite: Bool
  /// Whether all ranks' weights are; where they are not, leaving out the step does not help.
  public let weightsAreFinite: Bool
  /// The ranks whose own gradient is not finite. Empty where each is, and only their sum is not, or the fault did not come
  /// again when the gradient was computed a second time.
  public let ranks: [Int]
  /// Of how many.
  public let rankCount: Int
  /// The hosts of ``ranks``, known on rank 0.
  public let hosts: [String]

  public var description: String {
    let what = lossIsFinite ? "gradient" : "loss"
    let place = parameter.map { "; the first gradient that is not finite is that of \($0)" } ?? ""
    return "\(what) is no longer a finite number\(place), \(culprits)"
  }

  private var culprits: String {
    if ranks.isEmpty { return "although each rank's own gradient is finite when computed again" }
    if ranks.count == rankCount { return rankCount == 1 ? "on the only rank" : "on all \(rankCount) ranks" }
    let names = ranks.enumerated().map { index, rank in
      "rank \(rank)" + (hosts.indices.contains(index) ? " on host \(hosts[index])" : "")
    }
    return "on \(names.joined(separator: ", ")) of \(rankCount)"
  }
}

extension Trainer {
  /// Finds out what is not finite in the sum that the accumulator holds, and on which ranks. Collective.
  ///
  /// - Parameter compute: computes the rank's own gradient again, which the sum has replaced in part.
  func explainNonFinite(_ compute: () -> Void) throws(MPIError) -> NonFiniteStep {
    let communicator = exchange.communicator
    let network = place.network
    let layout = network.layout
    let found = firstNonFinite(in: exchange.owned)
    let first = try communicator.allReduce(found, .min)
    let ownsLoss = !exchange.owned.clamped(to: layout.metrics).isEmpty
    let lossFails = ownsLoss && !isFinite(exchange.owned.clamped(to: layout.metrics))
    let someLossFails = try communicator.allReduce(lossFails ? 1 : 0, .max) == 1
    compute()
    let isOwn = !isFinite(0..<layout.exchangedCount)
    let flags = try communicator.allGather(isOwn ? 1 : 0)
    let weightsAreFinite = areFinite(network.arena.pointer, count: layout.count)
    let all = try communicator.allReduce(weightsAreFinite ? 1 : 0, .min) == 1
    let hosts = try communicator.gather(Communicator.hostName, root: 0)
    let ranks = flags.indices.filter { flags[$0] == 1 }
    let names = layout.parameters.map(\.name) + layout.statistics.map(\.name)
    return NonFiniteStep(
      parameter: names.indices.contains(first) ? names[first] : nil, lossIsFinite: !someLossFails,
      weightsAreFinite: all, ranks: ranks,
      rankCount: communicator.size, hosts: hosts.map { hosts in ranks.map { hosts[$0] } } ?? [])
  }

  /// The place, in the list of parameters and then of statistics, of the first with an element in a range of the sum that is
  /// not finite; `Int.max` where there is none.
  private func firstNonFinite(in range: Range<Int>) -> Int {
    let layout = place.network.layout
    let blocks =
      layout.parameters.map { zip($0.blocks, $0.isLive).filter(\.1).map(\.0) }
      + layout.statistics.map { [$0.mean, $0.variance] }
    return blocks.firstIndex { $0.contains { !isFinite($0.clamped(to: range)) } } ?? Int.max
  }

  private func isFinite(_ range: Range<Int>) -> Bool {
    areFinite(accumulator.sum.pointer + range.lowerBound, count: range.count)
  }
}
