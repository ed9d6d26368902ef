import CMPI

// The nonblocking forms. Each takes its memory over, and the request hands it back. What the blocking form's
// documentation says of counts, roots and layouts holds for these as well.
extension Communicator {
  /// Starts a barrier: the request completes when all ranks have started theirs.
  public func startBarrier() throws(MPIError) -> Request<Void> {
    try Request("MPI_Ibarrier", on: self, payload: ()) { MPI_Ibarrier($0, &$1.handle) }
  }

  /// Starts a broadcast of the root's elements.
  public func startBroadcast<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, root: Int
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let all = try elements(buffer.elements, "MPI_Ibcast")
    return try Request("MPI_Ibcast", on: self, about: about(root: root), payload: buffer) {
      MPI_Ibcast(all.start, all.count, all.type, Int32(clamping: root), $0, &$1.handle)
    }
  }

  /// Starts an all-reduce in place.
  public func startAllReduce<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, _ operation: ReduceOperation
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let all = try elements(buffer.elements, "MPI_Iallreduce")
    let combine = try operation.handle(on: Scalar.self, "MPI_Iallreduce", rank: job.rank)
    return try Request("MPI_Iallreduce", on: self, about: "\(operation) of \(Scalar.self)", payload: buffer) {
      MPI_Iallreduce(cmpi_in_place(), all.start, all.count, all.type, combine, $0, &$1.handle)
    }
  }

  /// Starts a reduction in place on the root.
  public func startReduce<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, _ operation: ReduceOperation, root: Int
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let all = try elements(buffer.elements, "MPI_Ireduce")
    let combine = try operation.handle(on: Scalar.self, "MPI_Ireduce", rank: job.rank)
    let isRoot = rank == root
    return try Request(
      "MPI_Ireduce", on: self, about: "\(operation) of \(Scalar.self), \(about(root: root))", payload: buffer
    ) {
      MPI_Ireduce(
        isRoot ? cmpi_in_place() : all.start, isRoot ? all.start : nil, all.count, all.type, combine,
        Int32(clamping: root), $0, &$1.handle)
    }
  }

  /// Starts an all-gather in place: each rank has filled its own of `size` equal blocks.
  public func startAllGather<Scalar: MPIScalar>(
    inPlace buffer: consuming MessageBuffer<Scalar>
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let block = try blocks(buffer.elements, "MPI_Iallgather")
    return try Request("MPI_Iallgather", on: self, payload: buffer) {
      MPI_Iallgather(cmpi_in_place(), 0, block.type, block.start, block.count, block.type, $0, &$1.handle)
    }
  }

  /// Starts an all-gather in place with counts that vary between the ranks.
  public func startAllGather<Scalar: MPIScalar>(
    inPlace buffer: consuming MessageBuffer<Scalar>, layout: BlockLayout
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let all = try blocks(buffer.elements, layout, "MPI_Iallgatherv")
    return try Request("MPI_Iallgatherv", on: self, payload: buffer, layouts: (layout, layout)) {
      MPI_Iallgatherv(
        cmpi_in_place(), 0, all.type, all.start, layout.counts.baseAddress, layout.displacements.baseAddress, all.type,
        $0, &$1.handle)
    }
  }

  /// Starts an all-to-all of equal blocks.
  public func startAllToAll<Scalar: MPIScalar>(
    _ pair: consuming MessagePair<Scalar>
  ) throws(MPIError) -> Request<MessagePair<Scalar>> {
    let from = try blocks(pair.outgoing.elements, "MPI_Ialltoall")
    let to = pair.incoming.elements
    try check(to.count, is: pair.outgoing.count, "the receive buffer", "MPI_Ialltoall")
    return try Request("MPI_Ialltoall", on: self, payload: pair) {
      MPI_Ialltoall(from.start, from.count, from.type, to.baseAddress, from.count, from.type, $0, &$1.handle)
    }
  }

  /// Starts an all-to-all with counts that vary.
  public func startAllToAll<Scalar: MPIScalar>(
    _ pair: consuming MessagePair<Scalar>, _ sendLayout: BlockLayout, _ receiveLayout: BlockLayout
  ) throws(MPIError) -> Request<MessagePair<Scalar>> {
    let from = try blocks(pair.outgoing.elements, sendLayout, "MPI_Ialltoallv")
    let to = try blocks(pair.incoming.elements, receiveLayout, "MPI_Ialltoallv")
    return try Request("MPI_Ialltoallv", on: self, payload: pair, layouts: (sendLayout, receiveLayout)) {
      MPI_Ialltoallv(
        from.start, sendLayout.counts.baseAddress, sendLayout.displacements.baseAddress, from.type,
        to.start, receiveLayout.counts.baseAddress, receiveLayout.displacements.baseAddress, to.type, $0, &$1.handle)
    }
  }

  /// Starts sending elements to one rank.
  public func startSend<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let all = try elements(buffer.elements, "MPI_Isend")
    return try Request("MPI_Isend", on: self, about: about(to: destination, tag), payload: buffer) {
      MPI_Isend(all.start, all.count, all.type, peer(destination), label(tag), $0, &$1.handle)
    }
  }

  /// Starts receiving at most as many elements as the buffer has. `Request.wait(_:)` tells how many came.
  public func startReceive<Scalar: MPIScalar>(
    into buffer: consuming MessageBuffer<Scalar>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let room = try elements(buffer.elements, "MPI_Irecv")
    return try Request("MPI_Irecv", on: self, about: about(from: source, tag), payload: buffer, element: room.type) {
      MPI_Irecv(room.start, room.count, room.type, peer(source), label(tag), $0, &$1.handle)
    }
  }
}
