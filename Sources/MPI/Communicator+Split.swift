import CMPI

extension Communicator {
  /// A communicator of the same ranks whose messages never meet this one's. Collective.
  public func duplicate() throws(MPIError) -> Communicator {
    try adopt("MPI_Comm_dup") { MPI_Comm_dup($0, &$1.handle) }
  }

  /// Cuts the ranks into groups of the same color. Collective.
  ///
  /// - Parameters:
  ///   - color: which group this rank joins, 0 or more; nil for none.
  ///   - key: orders the ranks of the new communicator; equal keys keep the order of this one.
  /// - Returns: this rank's group; nil if it joined none.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    let routine: StaticString = "MPI_Comm_split"
    guard let key32 = Int32(exactly: key), let color32 = Int32(exactly: color ?? Int(MPI_UNDEFINED)),
      color.map({ $0 >= 0 }) ?? true
    else {
      throw refusal(
        routine, "color \(color ?? 0) must be from 0 to \(Int32.max) and key \(key) within 32 bits", code: MPI_ERR_ARG)
    }
    guard color != nil else {
      var none = CMPIComm()
      try call(routine) { MPI_Comm_split($0, color32, key32, &none.handle) }
      return nil
    }
    return try adopt(routine) { MPI_Comm_split($0, color32, key32, &$1.handle) }
  }

  /// The ranks that share memory with this one: those of its node. Collective.
  public func splitByNode() throws(MPIError) -> Communicator {
    try adopt("MPI_Comm_split_type") {
      MPI_Comm_split_type($0, Int32(MPI_COMM_TYPE_SHARED), 0, cmpi_info_null(), &$1.handle)
    }
  }

  /// The communicator that a call makes.
  private func adopt(
    _ routine: StaticString, _ make: (MPI_Comm, inout CMPIComm) -> Int32
  ) throws(MPIError) -> Communicator {
    var new = CMPIComm(handle: cmpi_comm_null())
    try call(routine) { make($0, &new) }
    guard new.handle != cmpi_comm_null() else {
      throw refusal(routine, "MPI returned no communicator", code: MPI_ERR_COMM)
    }
    return try Communicator(owning: new.handle, job: job)
  }
}
