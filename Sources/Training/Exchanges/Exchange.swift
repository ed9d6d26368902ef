import Kernels
import MPI

/// Sums gradients over all ranks, and hands out what each owner makes of its part.
public protocol Exchange {
  var communicator: Communicator { get }
  /// The part of the exchanged range that this rank updates.
  var owned: Range<Int> { get }
  /// The floats, from the first on, that are rounded to bfloat16 in every node of the tree, a rank's own sums included.
  var rounded: Int { get }
  /// The bytes that this rank sends in one step.
  var bytesSent: Int { get }

  /// Sums `gradient` over all ranks. Afterwards its ``owned`` range holds the sum; the rest is undefined.
  func reduce(_ gradient: AlignedBuffer) throws(MPIError)

  /// Gives every rank the ``owned`` ranges of all ranks.
  func gather(_ arena: AlignedBuffer) throws(MPIError)
}

/// How ranks sum their gradients.
public enum ExchangeMethod: String, Sendable, CaseIterable, Codable {
  /// In slices, each added up by its owner in a fixed binary tree: the bits do not depend on the number of ranks.
  case tree
  /// The same with every sum rounded to bfloat16: half the bytes, and again the same bits on any number of ranks.
  case bfloat16
  /// `MPI_Allreduce`, whose order of additions is the library's.
  case native

  /// The exchange between the ranks of a communicator. Collective.
  ///
  /// - Parameters:
  ///   - count: the floats to exchange.
  ///   - exact: how many of them, at the end, are never rounded.
  public func make(_ communicator: Communicator, count: Int, exact: Int = 0) throws(MPIError) -> any Exchange {
    guard communicator.size > 1 else {
      return SoleRank(
        communicator: communicator, owned: 0..<count, rounded: self == .bfloat16 ? count - exact : 0)
    }
    return switch self {
    case .tree: try TreeExchange(communicator, count: count)
    case .bfloat16: try BFloat16Exchange(communicator, count: count, exact: exact)
    case .native: NativeExchange(communicator: communicator, owned: 0..<count)
    }
  }

  /// Whether as many ranks end with the bits of one: where the tree over the ranks, with the trees over each rank's part of the batch
  /// below it, is the tree over the whole batch.
  ///
  /// - Parameters:
  ///   - ranks: a divisor of `microbatches`.
  ///   - microbatches: of the whole batch.
  public func givesBitsOfOneRank(ranks: Int, microbatches: Int) -> Bool {
    ranks == 1 || self != .native && (ranks & (ranks - 1) == 0 || ranks == microbatches)
  }
}

/// One rank, which has every sum already.
struct SoleRank: Exchange {
  let communicator: Communicator
  let owned: Range<Int>
  let rounded: Int
  var bytesSent: Int { 0 }

  func reduce(_ gradient: AlignedBuffer) {}
  func gather(_ arena: AlignedBuffer) {}
}

/// `MPI_Allreduce`: every rank has all of the sum, and updates all.
struct NativeExchange: Exchange {
  let communicator: Communicator
  let owned: Range<Int>
  var rounded: Int { 0 }
  var bytesSent: Int { owned.count * MemoryLayout<Float>.stride }

  func reduce(_ gradient: AlignedBuffer) throws(MPIError) { try communicator.allReduce(gradient[owned], .sum) }

  /// Every rank owns all of it.
  func gather(_ arena: AlignedBuffer) {}
}
