import Kernels
import MPI
import Networks

/// How ranks sum their gradients.
public enum ExchangeMethod: String, Sendable, CaseIterable, Codable {
  /// In slices, each added up by its owner in a fixed binary tree: the bits do not depend on the number of ranks.
  case tree
  /// The same with every sum rounded to bfloat16: half the bytes, and again the same bits on any number of ranks.
  case bfloat16
  /// `MPI_Allreduce`, whose order of additions is the library's.
  case native
}

/// Sums gradients over all ranks, and hands out what each owner makes of its slice.
///
/// With `tree`, rank r owns the r-th slice of the exchanged range. The slices go to their owners in one all-to-all; each adds
/// the partial sums as a balanced binary tree over the ranks, which for a power of two of ranks continues the tree in which each
/// rank has added its microbatches. After the update one all-gather spreads the new weights.
public final class Exchange {
  public let method: ExchangeMethod
  public let communicator: Communicator
  /// The part of the exchanged range that this rank updates: its slice with `tree` on several ranks, else all of it.
  public let owned: Range<Int>
  /// The bytes that this rank sends in one step.
  public let bytesSent: Int
  private let count: Int
  private let layout: BlockLayout
  private let incomingLayout: BlockLayout
  private let incoming: AlignedBuffer
  private let half: BFloat16Exchange?

  /// - Parameters:
  ///   - count: the floats to exchange.
  ///   - exact: how many of them, at the end, are never rounded.
  public init(
    _ method: ExchangeMethod, _ communicator: Communicator, count: Int, exact: Int = 0
  ) throws(MPIError) {
    self.method = method
    self.communicator = communicator
    self.count = count
    let size = communicator.size
    let bounds = Self.bounds(count, parts: size)
    layout = try BlockLayout(counts: (0..<size).map { bounds[$0 + 1] - bounds[$0] })
    let slice = bounds[communicator.rank]..<bounds[communicator.rank + 1]
    let usesSlices = method == .tree && size > 1
    owned = usesSlices ? slice : 0..<count
    half =
      method == .bfloat16 && size > 1
      ? try BFloat16Exchange(communicator, bounds: Self.bounds(count - exact, parts: size), exact: exact) : nil
    let elements = size == 1 ? 0 : usesSlices ? count - slice.count + slice.count * (size - 1) : count
    bytesSent = half?.bytesSent ?? elements * MemoryLayout<Float>.stride
    incomingLayout = try BlockLayout(counts: [Int](repeating: slice.count, count: size))
    incoming = AlignedBuffer(count: usesSlices ? slice.count * size : 0)
  }

  /// Where slices begin, and the last one's end: multiples of 64 floats, which are whole cache lines and words of the mask.
  private static func bounds(_ count: Int, parts: Int) -> [Int] {
    let units = (count + 63) / 64
    return (0...parts).map { min(count, units * $0 / parts * 64) }
  }

  /// Sums `gradient` over all ranks. Afterwards its ``owned`` range holds the sum; the rest is undefined.
  public func reduce(_ gradient: AlignedBuffer) throws(MPIError) {
    guard communicator.size > 1 else { return }
    switch method {
    case .native: try communicator.allReduce(gradient[0..<count], .sum)
    case .bfloat16: try half?.reduce(gradient)
    case .tree:
      try communicator.allToAll(
        UnsafeBufferPointer(gradient[0..<count]), layout, into: incoming.elements, incomingLayout)
      let slice = owned.count
      ReductionTree(0..<communicator.size).forEachAddition { sum, addend in
        addFloats(incoming.pointer + addend * slice, to: incoming.pointer + sum * slice, count: slice)
      }
      gradient[owned].baseAddress?.update(from: incoming.pointer, count: owned.count)
    }
  }

  /// What any rank asks for. Collective.
  public func agree(_ requests: StepRequests) throws(MPIError) -> StepRequests {
    guard communicator.size > 1 else { return requests }
    return StepRequests(rawValue: try communicator.allReduce(requests.rawValue, .bitwiseOr))
  }

  /// Gives every rank the ``owned`` ranges of all ranks.
  public func gather(_ arena: AlignedBuffer) throws(MPIError) {
    guard communicator.size > 1, method == .tree else { return }
    try communicator.allGather(inPlace: arena[0..<count], layout: layout)
  }
}
