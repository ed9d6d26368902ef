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
    let all = try elements(buffer, "MPI_Send")
    try call("MPI_Send", about: about(to: destination, tag)) {
      MPI_Send(all.start, all.count, all.type, peer(destination), label(tag), $0)
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
    let room = try elements(buffer, "MPI_Recv")
    return try learn("MPI_Recv", room.type, about: "\(about(from: source, tag)), room for \(room.count) elements") {
      MPI_Recv(room.start, room.count, room.type, peer(source), label(tag), $0, &$1)
    }
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
    let (all, room) = (try elements(outgoing, routine), try elements(incoming, routine))
    return try learn(routine, room.type, about: "to rank \(destination) of \(size), \(about(from: source, tag))") {
      MPI_Sendrecv(
        all.start, all.count, all.type, peer(destination), label(tag),
        room.start, room.count, room.type, peer(source), label(tag), $0, &$1)
    }
  }

  /// Waits until a message is there, and tells about it without receiving it.
  public func probe<Scalar: MPIScalar>(
    _ type: Scalar.Type, from source: Int?, tag: Int? = 0
  ) throws(MPIError) -> MessageStatus {
    try learn("MPI_Probe", type.datatype.handle, about: about(from: source, tag)) {
      MPI_Probe(peer(source), label(tag), $0, &$1)
    }
  }

  /// Makes a call that tells of a message.
  private func learn(
    _ routine: StaticString, _ type: MPI_Datatype, about detail: @autoclosure () -> String,
    _ body: (MPI_Comm, inout MPI_Status) -> Int32
  ) throws(MPIError) -> MessageStatus {
    var status = MPI_Status()
    try call(routine, about: detail()) { body($0, &status) }
    return try MessageStatus(status, of: type, routine, rank: job.rank)
  }
}

extension Communicator {
  /// A rank in MPI's type; nil is any. MPI gives negative ranks and tags meanings of its own ("any", "none"). A number that a
  /// caller got wrong must not fall into one, so it becomes one that MPI refuses.
  func peer(_ rank: Int?) -> Int32 {
    guard let rank else { return Int32(MPI_ANY_SOURCE) }
    return rank < 0 ? Int32.max : Int32(clamping: rank)
  }

  /// A tag in MPI's type; nil is any.
  func label(_ tag: Int?) -> Int32 {
    guard let tag else { return Int32(MPI_ANY_TAG) }
    return tag < 0 ? Int32.min : Int32(clamping: tag)
  }

  /// What an error says of a message that is sent.
  func about(to destination: Int, _ tag: Int) -> String { "to rank \(destination) of \(size), tag \(tag)" }

  /// What an error says of a message that is received.
  func about(from source: Int?, _ tag: Int?) -> String {
    "from \(source.map { "rank \($0)" } ?? "any rank") of \(size), \(tag.map { "tag \($0)" } ?? "any tag")"
  }
}
