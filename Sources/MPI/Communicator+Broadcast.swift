import CMPI

extension Communicator {
  /// Copies the root's elements to all ranks.
  ///
  /// - Parameters:
  ///   - buffer: read on the root, overwritten elsewhere; of the same count everywhere.
  ///   - root: the rank whose elements all get.
  public func broadcast<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, root: Int
  ) throws(MPIError) {
    let all = try elements(buffer, "MPI_Bcast")
    try call("MPI_Bcast", about: about(root: root)) {
      MPI_Bcast(all.start, all.count, all.type, Int32(clamping: root), $0)
    }
  }

  /// Gives all ranks the root's array, whose length the others need not know.
  public func broadcast<Scalar: MPIScalar>(_ array: inout [Scalar], root: Int) throws(MPIError) {
    let count = try broadcast(array.count, root: root)
    if rank != root && array.count != count {
      array = Array(repeating: .zero, count: count)
    }
    try array.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try broadcast(buffer, root: root)
    }
  }

  /// The root's value.
  public func broadcast<Scalar: MPIScalar>(_ value: Scalar, root: Int) throws(MPIError) -> Scalar {
    var value = value
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(MPIError) in
      try broadcast(UnsafeMutableBufferPointer(start: pointer, count: 1), root: root)
    }
    return value
  }

  /// The root's text.
  public func broadcast(_ text: String, root: Int) throws(MPIError) -> String {
    var bytes = rank == root ? Array(text.utf8) : []
    try broadcast(&bytes, root: root)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What an error says of a root.
  func about(root: Int) -> String { "root \(root) of \(size) ranks" }
}
