import CMPI

extension Communicator {
  /// Sends elements to one rank; returns when the buffer can be used again, which may be before or after they arrived.
  ///
  /// - Parameters:
  ///   - buffer: the elements.
  ///   - destination: the receiving rank.
  ///   - tag: tells messages apart, 0 or more.
  public func send<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    let count = try checkedCount(buffer.count, "MPI_Send")
    try call("MPI_Send", about: "to rank \(destination) of \(size), tag \(tag)") { handle in
      MPI_Send(
        buffer.baseAddress, count, Scalar.datatype.handle, exactPeer(destination), exactTag(tag), handle)
    }
  }

  /// Sends an array to one rank.
  public func send<Scalar: MPIScalar>(_ array: [Scalar], to destination: Int, tag: Int = 0) throws(MPIError) {
    try array.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try send(buffer, to: destination, tag: tag)
    }
  }

  /// Receives a message of at most as many elements as the buffer has.
  ///
  /// - Parameters:
  ///   - buffer: receives the elements, from its start.
  ///   - source: the sending rank; nil for any.
  ///   - tag: the message's tag; nil for any.
  /// - Returns: who sent it, under which tag, and how many elements it had.
  @discardableResult
  public func receive<Scalar: MPIScalar>(
    into buffer: UnsafeMutableBufferPointer<Scalar>, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> MessageStatus {
    let routine: StaticString = "MPI_Recv"
    let count = try checkedCount(buffer.count, routine)
    var status = MPI_Status()
    try call(routine, about: describe(source, tag) + ", room for \(count) elements") { handle in
      MPI_Recv(
        buffer.baseAddress, count, Scalar.datatype.handle, anyOrPeer(source), anyOrTag(tag), handle, &status)
    }
    return try interpret(status, of: Scalar.datatype.handle, routine)
  }

  /// Receives a message of any length.
  ///
  /// - Parameters:
  ///   - type: the elements' type.
  ///   - source: the sending rank; nil for any.
  ///   - tag: the message's tag; nil for any.
  public func receive<Scalar: MPIScalar>(
    _ type: Scalar.Type, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> [Scalar] {
    let found = try probe(type, from: source, tag: tag)
    var array = [Scalar](repeating: .zero, count: found.count)
    try array.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      _ = try receive(into: buffer, from: found.source, tag: found.tag)
    }
    return array
  }

  /// Sends to one rank and receives from another, or the same, without the risk that both wait for each other.
  ///
  /// - Parameters:
  ///   - outgoing: the elements to send.
  ///   - destination: the rank to send to.
  ///   - incoming: receives the elements, from its start; apart from `outgoing`.
  ///   - source: the rank to receive from; nil for any.
  ///   - tag: the tag of both messages.
  /// - Returns: what is known of the received message.
  @discardableResult
  public func sendReceive<Scalar: MPIScalar>(
    _ outgoing: UnsafeBufferPointer<Scalar>, to destination: Int,
    into incoming: UnsafeMutableBufferPointer<Scalar>, from source: Int?, tag: Int = 0
  ) throws(MPIError) -> MessageStatus {
    let routine: StaticString = "MPI_Sendrecv"
    let sendCount = try checkedCount(outgoing.count, routine)
    let receiveCount = try checkedCount(incoming.count, routine)
    var status = MPI_Status()
    try call(routine, about: "to rank \(destination) of \(size), " + describe(source, tag)) { handle in
      MPI_Sendrecv(
        outgoing.baseAddress, sendCount, Scalar.datatype.handle, exactPeer(destination), exactTag(tag),
        incoming.baseAddress, receiveCount, Scalar.datatype.handle, anyOrPeer(source), exactTag(tag),
        handle, &status)
    }
    return try interpret(status, of: Scalar.datatype.handle, routine)
  }

  /// Waits until a message is there, and tells about it without receiving it.
  public func probe<Scalar: MPIScalar>(
    _ type: Scalar.Type, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> MessageStatus {
    var status = MPI_Status()
    try call("MPI_Probe", about: describe(source, tag)) { handle in
      MPI_Probe(anyOrPeer(source), anyOrTag(tag), handle, &status)
    }
    return try interpret(status, of: Scalar.datatype.handle, "MPI_Probe")
  }

  func interpret(
    _ status: MPI_Status, of datatype: MPI_Datatype, _ routine: StaticString
  ) throws(MPIError) -> MessageStatus {
    guard let result = MessageStatus(status, of: datatype) else {
      throw refusal(
        routine, "the message from rank \(status.MPI_SOURCE) is no whole number of elements of the type asked for",
        code: MPI_ERR_TYPE)
    }
    return result
  }

  /// MPI gives negative ranks and tags meanings of its own ("any", "none"). A number that a caller got wrong must not
  /// fall into one, so it becomes one that MPI refuses.
  func exactPeer(_ rank: Int) -> Int32 { rank < 0 ? Int32.max : Int32(clamping: rank) }

  func exactTag(_ tag: Int) -> Int32 { tag < 0 ? Int32.min : Int32(clamping: tag) }

  func anyOrPeer(_ rank: Int?) -> Int32 { rank.map(exactPeer) ?? Int32(MPI_ANY_SOURCE) }

  func anyOrTag(_ tag: Int?) -> Int32 { tag.map(exactTag) ?? Int32(MPI_ANY_TAG) }

  func describe(_ source: Int?, _ tag: Int?) -> String {
    "from \(source.map { "rank \($0)" } ?? "any rank") of \(size), \(tag.map { "tag \($0)" } ?? "any tag")"
  }
}
