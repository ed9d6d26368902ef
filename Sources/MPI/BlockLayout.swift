import CMPI

/// Where in a buffer each rank's block lies: a count and a displacement per rank, in elements.
///
/// Made once and used for many calls: nothing is allocated or checked again when a collective takes it.
public final class BlockLayout {
  /// The number of blocks, which must be that of the ranks.
  public let size: Int
  /// One past the last element of any block: the least number of elements that a buffer must have.
  public let end: Int

  /// MPI's own form of both lists. They have a fixed address because a nonblocking call reads them until it completes.
  let counts: UnsafeMutableBufferPointer<Int32>
  let displacements: UnsafeMutableBufferPointer<Int32>

  /// Blocks of the given counts, one directly after the other.
  ///
  /// - Throws: `MPIError` if a count is negative, or the end of a block is beyond 2^31 - 1.
  public convenience init(counts: [Int]) throws(MPIError) {
    var displacements: [Int] = []
    displacements.reserveCapacity(counts.count)
    var end = 0
    for count in counts {
      displacements.append(end)
      end = end.addingReportingOverflow(count).partialValue
    }
    try self.init(counts: counts, displacements: displacements)
  }

  /// `count` elements cut into `size` blocks in order, equal but for the first `count % size` ones, which have one more.
  ///
  /// - Throws: `MPIError` if `count` is negative or beyond 2^31 - 1, or `size` is not positive.
  public convenience init(dividing count: Int, into size: Int) throws(MPIError) {
    guard size > 0, count >= 0 else {
      throw MPIError(
        refusing: "MPI block layout", "cannot cut \(count) elements into \(size) blocks", code: MPI_ERR_COUNT, rank: nil
      )
    }
    try self.init(counts: (0..<size).map { count / size + ($0 < count % size ? 1 : 0) })
  }

  /// Blocks of the given counts at the given displacements from the start of the buffer.
  ///
  /// Blocks that are received must not overlap.
  ///
  /// - Throws: `MPIError` if the lists differ in length, a number is negative, or the end of a block is beyond 2^31 - 1.
  public init(counts: [Int], displacements: [Int]) throws(MPIError) {
    guard counts.count == displacements.count else {
      throw MPIError(
        refusing: "MPI block layout", "\(counts.count) counts but \(displacements.count) displacements",
        code: MPI_ERR_COUNT, rank: nil)
    }
    var furthest = 0
    for (block, (count, displacement)) in zip(counts, displacements).enumerated() {
      let (blockEnd, overflow) = displacement.addingReportingOverflow(count)
      guard count >= 0, displacement >= 0, !overflow, blockEnd <= Int32.max else {
        throw MPIError(
          refusing: "MPI block layout",
          "block \(block) has \(count) elements from element \(displacement) on; MPI counts from 0 to \(Int32.max)",
          code: MPI_ERR_COUNT, rank: nil)
      }
      furthest = max(furthest, blockEnd)
    }
    self.size = counts.count
    self.end = furthest
    self.counts = .allocate(capacity: counts.count)
    self.displacements = .allocate(capacity: counts.count)
    _ = self.counts.initialize(from: counts.map(Int32.init))
    _ = self.displacements.initialize(from: displacements.map(Int32.init))
  }

  /// The elements of a rank's block.
  public subscript(rank: Int) -> Range<Int> {
    precondition(counts.indices.contains(rank), "block \(rank) of a layout of \(size)")
    let start = Int(displacements[rank])
    return start..<start + Int(counts[rank])
  }

  deinit {
    counts.deallocate()
    displacements.deallocate()
  }
}
