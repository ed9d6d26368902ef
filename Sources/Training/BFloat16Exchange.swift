import Kernels
import MPI
import Networks

/// The tree of ``Exchange`` with bfloat16 on the wire: half the bytes.
///
/// Every node of the tree is rounded, leaves and root too, on whichever rank it lies: what travels is exact then, and the
/// bits do not depend on the number of ranks here either. The gradient's sum comes back instead of weights, which need all
/// their bits.
final class BFloat16Exchange {
  private let communicator: Communicator
  /// The floats that are rounded; the others, at the end, are exchanged as they are.
  private let rounded: Int
  private let exact: Int
  private let slice: Range<Int>
  private let layout: BlockLayout
  private let incomingLayout: BlockLayout
  private let packed: UnsafeMutableBufferPointer<UInt16>
  private let incoming: UnsafeMutableBufferPointer<UInt16>
  private let sums: AlignedBuffer
  private let exactSums: AlignedBuffer

  /// - Parameters:
  ///   - bounds: where the ranks' slices of the rounded floats begin, and the last one's end.
  ///   - exact: how many floats follow that stay in single precision.
  init(_ communicator: Communicator, bounds: [Int], exact: Int) throws(MPIError) {
    self.communicator = communicator
    self.exact = exact
    let size = communicator.size
    rounded = bounds[size]
    slice = bounds[communicator.rank]..<bounds[communicator.rank + 1]
    layout = try BlockLayout(counts: (0..<size).map { bounds[$0 + 1] - bounds[$0] })
    incomingLayout = try BlockLayout(counts: [Int](repeating: slice.count, count: size))
    packed = .allocate(capacity: rounded)
    packed.initialize(repeating: 0)
    incoming = .allocate(capacity: slice.count * size)
    incoming.initialize(repeating: 0)
    sums = AlignedBuffer(count: slice.count * size)
    exactSums = AlignedBuffer(count: exact * size)
  }

  deinit {
    packed.deallocate()
    incoming.deallocate()
  }

  /// The bytes that this rank sends in one step.
  var bytesSent: Int {
    let others = communicator.size - 1
    return (rounded - slice.count + slice.count * others) * MemoryLayout<UInt16>.stride
      + exact * others * MemoryLayout<Float>.stride
  }

  /// Sums `gradient`, which is rounded already, over all ranks. Afterwards all ranks hold all of the sum.
  func reduce(_ gradient: AlignedBuffer) throws(MPIError) {
    guard let packedStart = packed.baseAddress, let incomingStart = incoming.baseAddress else { return }
    packBFloat16(gradient.pointer, to: packedStart, count: rounded)
    try communicator.allToAll(UnsafeBufferPointer(packed), layout, into: incoming, incomingLayout)
    unpackBFloat16(incomingStart, to: sums.pointer, count: sums.count)
    addTree(sums, count: slice.count, rounds: true)
    packBFloat16(sums.pointer, to: packedStart + slice.lowerBound, count: slice.count)
    try communicator.allGather(inPlace: packed, layout: layout)
    unpackBFloat16(packedStart, to: gradient.pointer, count: rounded)
    try reduceExact(gradient)
  }

  private func reduceExact(_ gradient: AlignedBuffer) throws(MPIError) {
    guard exact > 0 else { return }
    let own = exactSums[communicator.rank * exact..<(communicator.rank + 1) * exact]
    own.baseAddress?.update(from: gradient.pointer + rounded, count: exact)
    try communicator.allGather(inPlace: exactSums.elements)
    addTree(exactSums, count: exact, rounds: false)
    (gradient.pointer + rounded).update(from: exactSums.pointer, count: exact)
  }

  /// Adds the partial sums of all ranks, `count` floats each, into the place of the first.
  private func addTree(_ sums: AlignedBuffer, count: Int, rounds: Bool) {
    ReductionTree(0..<communicator.size).forEachAddition { first, second in
      let sum = sums.pointer + first * count
      addFloats(sums.pointer + second * count, to: sum, count: count)
      if rounds { roundToBFloat16(sum, count: count) }
    }
  }
}
