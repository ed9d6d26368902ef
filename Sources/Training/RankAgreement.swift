import Formats
import Kernels
import MPI
import Networks
import Pruning

extension Hash128 {
  /// The hash of all parameters and running statistics.
  public init(_ network: Network) { self.init(UnsafeRawBufferPointer(network.arena[0..<network.layout.count])) }

  /// The hash of a mask's bits.
  public init(_ mask: Mask) { self = mask.withUnsafeBytes { Hash128($0) } }

  /// Proves that all ranks have the same hash.
  ///
  /// - Throws: `TrainingError.ranksDiffer` on all ranks, with every rank's hash.
  public func proveAgreement(on what: String, _ communicator: Communicator) throws {
    let lows = try communicator.allGather(low)
    let highs = try communicator.allGather(high)
    guard lows.allSatisfy({ $0 == low }), highs.allSatisfy({ $0 == high }) else {
      let hosts = try communicator.gather(Communicator.hostName, root: 0)
      let ranks = zip(lows, highs).enumerated().map { rank, words in
        RankHash(rank: rank, host: hosts?[rank] ?? "", hash: "\(Hash128(low: words.0, high: words.1))")
      }
      throw TrainingError.ranksDiffer(what: what, ranks: ranks)
    }
  }
}
