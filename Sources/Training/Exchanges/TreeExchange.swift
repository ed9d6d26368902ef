import Kernels
import MPI

/// Rank r owns the r-th slice of the exchanged range. The slices go to their owners in one all-to-all; each adds the partial
/// sums by a ``ReductionTree`` over the ranks, which for a power of two of ranks continues the tree in which each rank has added
/// its microbatches. After the update one all-gather spreads the new weights.
final class TreeExchange: Exchange {
  let communicator: Communicator
  let owned: Range<Int>
  private let slices: RankSlices
  private let incoming: AlignedBuffer

  init(_ communicator: Communicator, count: Int) throws(MPIError) {
    self.communicator = communicator
    slices = try RankSlices(communicator, count: count)
    owned = slices.own
    incoming = AlignedBuffer(count: owned.count * communicator.size)
  }

  var rounded: Int { 0 }
  var bytesSent: Int { slices.elementsSent * MemoryLayout<Float>.stride }

  func reduce(_ gradient: AlignedBuffer) throws(MPIError) {
    try communicator.allToAll(
      UnsafeBufferPointer(gradient[0..<slices.count]), slices.layout, into: incoming.elements, slices.incoming)
    let slice = owned.count
    ReductionTree(0..<communicator.size).forEachAddition { sum, addend in
      addFloats(incoming.pointer + addend * slice, to: incoming.pointer + sum * slice, count: slice)
    }
    gradient[owned].baseAddress?.update(from: incoming.pointer, count: slice)
  }

  func gather(_ arena: AlignedBuffer) throws(MPIError) {
    try communicator.allGather(inPlace: arena[0..<slices.count], layout: slices.layout)
  }
}

/// How floats are shared out between ranks, a slice each.
struct RankSlices {
  let count: Int
  /// This rank's.
  let own: Range<Int>
  let layout: BlockLayout
  /// All ranks' parts of this rank's slice.
  let incoming: BlockLayout
  /// What this rank sends in both directions.
  let elementsSent: Int

  init(_ communicator: Communicator, count: Int) throws(MPIError) {
    self.count = count
    let size = communicator.size
    // Multiples of 64 floats, which are whole cache lines and words of the mask.
    let units = (count + 63) / 64
    let bounds = (0...size).map { min(count, units * $0 / size * 64) }
    own = bounds[communicator.rank]..<bounds[communicator.rank + 1]
    layout = try BlockLayout(counts: (0..<size).map { bounds[$0 + 1] - bounds[$0] })
    incoming = try BlockLayout(counts: [Int](repeating: own.count, count: size))
    elementsSent = count - own.count + own.count * (size - 1)
  }
}
