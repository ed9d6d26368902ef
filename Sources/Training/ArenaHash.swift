import CxxHash
import Kernels
import MPI
import Networks
import Pruning

/// The XXH3 hash (128 bits) of what ranks must agree on.
///
/// XXH3 because it reads memory faster than anything else that finds every difference: 45 MB take a few milliseconds.
public struct ArenaHash: Sendable, Hashable, CustomStringConvertible {
  private let low: UInt64
  private let high: UInt64

  public init(_ bytes: UnsafeRawBufferPointer) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    low = hash.low64
    high = hash.high64
  }

  /// The hash of all parameters and running statistics.
  public init(_ network: Network) { self.init(UnsafeRawBufferPointer(network.arena[0..<network.layout.count])) }

  /// The hash of a mask's bits.
  public init(_ mask: Mask) { self = mask.withUnsafeBytes { ArenaHash($0) } }

  /// The two halves, the lower one first.
  package var words: [UInt64] { [low, high] }

  /// 32 hexadecimal digits, as `xxh128sum` prints them.
  public var description: String { [high, low].map { Self.digits($0) }.joined() }

  private static func digits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Proves that all ranks have the same hash.
  ///
  /// - Throws: `TrainingError.ranksDiffer` on all ranks, with every rank's hash.
  public func proveAgreement(on what: String, _ communicator: Communicator) throws {
    let lows = try communicator.allGather(low)
    let highs = try communicator.allGather(high)
    guard lows.allSatisfy({ $0 == low }), highs.allSatisfy({ $0 == high }) else {
      let hosts = try communicator.gather(Communicator.hostName, root: 0)
      let ranks = zip(highs, lows).enumerated().map { rank, hash in
        RankHash(rank: rank, host: hosts?[rank] ?? "", hash: Self.digits(hash.0) + Self.digits(hash.1))
      }
      throw TrainingError.ranksDiffer(what: what, ranks: ranks)
    }
  }
}
