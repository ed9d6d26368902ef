import CMPI

extension Communicator {
  /// Sends block i of each rank to rank i: afterwards block i of a rank is what rank i had for it.
  ///
  /// - Parameters:
  ///   - outgoing: `size` equal blocks, one for each rank.
  ///   - incoming: receives `size` blocks, one from each rank; of the same count, and apart from `outgoing`.
  public func allToAll<Scalar: MPIScalar>(
    _ outgoing: UnsafeBufferPointer<Scalar>, into incoming: UnsafeMutableBufferPointer<Scalar>
  ) throws(MPIError) {
    let routine: StaticString = "MPI_Alltoall"
    let from = try blocks(UnsafeMutableBufferPointer(mutating: outgoing), routine)
    try check(incoming.count, is: outgoing.count, "the receive buffer", routine)
    try call(routine) {
      MPI_Alltoall(from.start, from.count, from.type, incoming.baseAddress, from.count, from.type, $0)
    }
  }

  /// Sends block i of each rank to rank i, with counts that vary.
  ///
  /// - Parameters:
  ///   - outgoing: the blocks to send, where `sendLayout` says.
  ///   - incoming: receives the blocks, where `receiveLayout` says; apart from `outgoing`. What lies in no block stays.
  ///   - sendLayout: the block for each rank. Rank r's count for rank s must be rank s's `receiveLayout` count for r.
  ///   - receiveLayout: the block from each rank.
  public func allToAll<Scalar: MPIScalar>(
    _ outgoing: UnsafeBufferPointer<Scalar>, _ sendLayout: BlockLayout,
    into incoming: UnsafeMutableBufferPointer<Scalar>, _ receiveLayout: BlockLayout
  ) throws(MPIError) {
    let routine: StaticString = "MPI_Alltoallv"
    let from = try blocks(UnsafeMutableBufferPointer(mutating: outgoing), sendLayout, routine)
    let to = try blocks(incoming, receiveLayout, routine)
    try call(routine) {
      MPI_Alltoallv(
        from.start, sendLayout.counts.baseAddress, sendLayout.displacements.baseAddress, from.type,
        to.start, receiveLayout.counts.baseAddress, receiveLayout.displacements.baseAddress, to.type, $0)
    }
  }
}
