import CMPI

// The nonblocking forms. Each takes its memory over, and the request hands it back. What the blocking form's
// documentation says of counts, roots and layouts holds for these as well.
extension Communicator {
  /// Starts a barrier: the request completes when all ranks have started theirs.
  public func startBarrier() throws(MPIError) -> Request<Void> {
    try Request("MPI_Ibarrier", on: self, payload: ()) { MPI_Ibarrier($0, &$1) }
  }

  /// Starts a broadcast of the root's elements.
  public func startBroadcast<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, root: Int
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    let count = try checkedCount(elements.count, "MPI_Ibcast")
    return try Request("MPI_Ibcast", on: self, about: "root \(root) of \(size) ranks", payload: buffer) {
      MPI_Ibcast(elements.baseAddress, count, Scalar.datatype.handle, Int32(clamping: root), $0, &$1)
    }
  }

  /// Starts an all-reduce in place.
  public func startAllReduce<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, _ operation: ReduceOperation
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    let count = try checkedCount(elements.count, "MPI_Iallreduce")
    return try Request("MPI_Iallreduce", on: self, about: "\(operation) of \(Scalar.self)", payload: buffer) {
      MPI_Iallreduce(
        cmpi_in_place(), elements.baseAddress, count, Scalar.datatype.handle, operation.handle, $0, &$1)
    }
  }

  /// Starts a reduction in place on the root.
  public func startReduce<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, _ operation: ReduceOperation, root: Int
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = UnsafeMutableRawPointer(buffer.elements.baseAddress)
    let count = try checkedCount(buffer.count, "MPI_Ireduce")
    let isRoot = rank == root
    return try Request(
      "MPI_Ireduce", on: self, about: "\(operation) of \(Scalar.self), root \(root) of \(size) ranks", payload: buffer
    ) {
      MPI_Ireduce(
        isRoot ? UnsafeRawPointer(cmpi_in_place()) : UnsafeRawPointer(elements), isRoot ? elements : nil, count,
        Scalar.datatype.handle, operation.handle, Int32(clamping: root), $0, &$1)
    }
  }

  /// Starts an all-gather in place: each rank has filled its own of `size` equal blocks.
  public func startAllGather<Scalar: MPIScalar>(
    inPlace buffer: consuming MessageBuffer<Scalar>
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    let block = try checkedBlock(of: elements.count, "MPI_Iallgather")
    return try Request("MPI_Iallgather", on: self, payload: buffer) {
      MPI_Iallgather(
        cmpi_in_place(), 0, Scalar.datatype.handle, elements.baseAddress, block, Scalar.datatype.handle, $0, &$1)
    }
  }

  /// Starts an all-gather in place with counts that vary between the ranks.
  public func startAllGather<Scalar: MPIScalar>(
    inPlace buffer: consuming MessageBuffer<Scalar>, layout: BlockLayout
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    try check(layout, fits: elements.count, "MPI_Iallgatherv")
    return try Request("MPI_Iallgatherv", on: self, payload: buffer, layouts: (layout, layout)) {
      MPI_Iallgatherv(
        cmpi_in_place(), 0, Scalar.datatype.handle, elements.baseAddress, layout.counts.baseAddress,
        layout.displacements.baseAddress, Scalar.datatype.handle, $0, &$1)
    }
  }

  /// Starts an all-to-all of equal blocks.
  public func startAllToAll<Scalar: MPIScalar>(
    _ pair: consuming MessagePair<Scalar>
  ) throws(MPIError) -> Request<MessagePair<Scalar>> {
    let (outgoing, incoming) = (pair.outgoing.elements, pair.incoming.elements)
    let block = try checkedBlock(of: outgoing.count, "MPI_Ialltoall")
    try check(incoming.count, is: outgoing.count, "the receive buffer", "MPI_Ialltoall")
    return try Request("MPI_Ialltoall", on: self, payload: pair) {
      MPI_Ialltoall(
        outgoing.baseAddress, block, Scalar.datatype.handle, incoming.baseAddress, block, Scalar.datatype.handle,
        $0, &$1)
    }
  }

  /// Starts an all-to-all with counts that vary.
  public func startAllToAll<Scalar: MPIScalar>(
    _ pair: consuming MessagePair<Scalar>, _ sendLayout: BlockLayout, _ receiveLayout: BlockLayout
  ) throws(MPIError) -> Request<MessagePair<Scalar>> {
    let (outgoing, incoming) = (pair.outgoing.elements, pair.incoming.elements)
    try check(sendLayout, fits: outgoing.count, "MPI_Ialltoallv")
    try check(receiveLayout, fits: incoming.count, "MPI_Ialltoallv")
    return try Request("MPI_Ialltoallv", on: self, payload: pair, layouts: (sendLayout, receiveLayout)) {
      MPI_Ialltoallv(
        outgoing.baseAddress, sendLayout.counts.baseAddress, sendLayout.displacements.baseAddress,
        Scalar.datatype.handle, incoming.baseAddress, receiveLayout.counts.baseAddress,
        receiveLayout.displacements.baseAddress, Scalar.datatype.handle, $0, &$1)
    }
  }

  /// Starts sending elements to one rank.
  public func startSend<Scalar: MPIScalar>(
    _ buffer: consuming MessageBuffer<Scalar>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    let count = try checkedCount(elements.count, "MPI_Isend")
    return try Request(
      "MPI_Isend", on: self, about: "to rank \(destination) of \(size), tag \(tag)", payload: buffer
    ) {
      MPI_Isend(
        elements.baseAddress, count, Scalar.datatype.handle, exactPeer(destination), exactTag(tag), $0, &$1)
    }
  }

  /// Starts receiving at most as many elements as the buffer has. `Request.wait(_:)` tells how many came.
  public func startReceive<Scalar: MPIScalar>(
    into buffer: consuming MessageBuffer<Scalar>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> Request<MessageBuffer<Scalar>> {
    let elements = buffer.elements
    let count = try checkedCount(elements.count, "MPI_Irecv")
    return try Request(
      "MPI_Irecv", on: self, about: describe(source, tag), payload: buffer, element: Scalar.datatype.handle
    ) {
      MPI_Irecv(
        elements.baseAddress, count, Scalar.datatype.handle, anyOrPeer(source), anyOrTag(tag), $0, &$1)
    }
  }
}
