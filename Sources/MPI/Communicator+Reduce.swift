import CMPI

extension Communicator {
  /// Combines the ranks' elements, one by one, and leaves the result on every rank in place of what was there.
  ///
  /// - Parameters:
  ///   - buffer: this rank's elements; of the same count everywhere.
  ///   - operation: how to combine them.
  public func allReduce<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ operation: ReduceOperation
  ) throws(MPIError) {
    let all = try elements(buffer, "MPI_Allreduce")
    let combine = try operation.handle(on: Scalar.self, "MPI_Allreduce", rank: job.rank)
    try call("MPI_Allreduce", about: "\(operation) of \(Scalar.self)") {
      MPI_Allreduce(cmpi_in_place(), all.start, all.count, all.type, combine, $0)
    }
  }

  /// Combines the ranks' arrays, which have the same length everywhere, and leaves the result on every rank.
  public func allReduce<Scalar: MPIScalar>(
    _ array: inout [Scalar], _ operation: ReduceOperation
  ) throws(MPIError) {
    try array.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allReduce(buffer, operation)
    }
  }

  /// The combination of the ranks' values, on every rank.
  public func allReduce<Scalar: MPIScalar>(
    _ value: Scalar, _ operation: ReduceOperation
  ) throws(MPIError) -> Scalar {
    var value = value
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(MPIError) in
      try allReduce(UnsafeMutableBufferPointer(start: pointer, count: 1), operation)
    }
    return value
  }

  /// Combines the ranks' elements and leaves the result on the root, in place of what was there. Others keep theirs.
  ///
  /// - Parameters:
  ///   - buffer: this rank's elements; of the same count everywhere.
  ///   - operation: how to combine them.
  ///   - root: the rank that gets the result.
  public func reduce<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ operation: ReduceOperation, root: Int
  ) throws(MPIError) {
    let all = try elements(buffer, "MPI_Reduce")
    let combine = try operation.handle(on: Scalar.self, "MPI_Reduce", rank: job.rank)
    let isRoot = rank == root
    try call("MPI_Reduce", about: "\(operation) of \(Scalar.self), \(about(root: root))") {
      MPI_Reduce(
        isRoot ? cmpi_in_place() : all.start, isRoot ? all.start : nil, all.count, all.type, combine,
        Int32(clamping: root), $0)
    }
  }

  /// Combines the ranks' arrays, which have the same length everywhere; only the root's is changed.
  public func reduce<Scalar: MPIScalar>(
    _ array: inout [Scalar], _ operation: ReduceOperation, root: Int
  ) throws(MPIError) {
    try array.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try reduce(buffer, operation, root: root)
    }
  }
}
