import Kernels
import MPI

/// The tree of ``TreeExchange`` with bfloat16 on the wire: half the bytes.
///
/// Every node of the tree is rounded, leaves and root too, on whichever rank it lies: what travels is exact then, and the
/// bits do not depend on the number of ranks here either. The gradient's sum comes back instead of weights, which need all
/// their bits: every rank updates all.
final class BFloat16Exchange: Exchange {
  let communicator: Communicator
  let owned: Range<Int>
  /// The others, at the end, are exchanged as they are.
  let rounded: Int
  private let slices: RankSlices
  private let packed: UnsafeMutableBufferPointer<UInt16>
  private let incoming: UnsafeMutableBufferPointer<UInt16>
  private let sums: AlignedBuffer
  private let exactSums: AlignedBuffer

  /// - Parameter exact: how many floats, at the end, stay in single precision.
  init(_ communicator: Communicator, count: Int, exact: Int) throws(MPIError) {
    self.communicator = communicator
    owned = 0..<count
    rounded = count - exact
    slices = try RankSlices(communicator, count: rounded)
    packed = .allocate(capacity: rounded)
    packed.initialize(repeating: 0)
    incoming = .allocate(capacity: slices.own.count * communicator.size)
    incoming.initialize(repeating: 0)
    sums = AlignedBuffer(count: incoming.count)
    exactSums = AlignedBuffer(count: exact * communicator.size)
  }

  deinit {
    packed.deallocate()
    incoming.deallocate()
  }

  private var exact: Int { owned.count - rounded }

  var bytesSent: Int {
    slices.elementsSent * MemoryLayout<UInt16>.stride
      + exact * (communicator.size - 1) * MemoryLayout<Float>.stride
  }

  /// Sums `gradient`, which is rounded already.
  func reduce(_ gradient: AlignedBuffer) throws(MPIError) {
    guard let packedStart = packed.baseAddress, let incomingStart = incoming.baseAddress else { return }
    let slice = slices.own
    packBFloat16(gradient.pointer, to: packedStart, count: rounded)
    try communicator.allToAll(UnsafeBufferPointer(packed), slices.layout, into: incoming, slices.incoming)
    unpackBFloat16(incomingStart, to: sums.pointer, count: sums.count)
    addTree(sums, count: slice.count, rounds: true)
    packBFloat16(sums.pointer, to: packedStart + slice.lowerBound, count: slice.count)
    try communicator.allGather(inPlace: packed, layout: slices.layout)
    unpackBFloat16(packedStart, to: gradient.pointer, count: rounded)
    try reduceExact(gradient)
  }

  /// Every rank owns all of it.
  func gather(_ arena: AlignedBuffer) {}

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
