import CMPI

/// What MPI takes for "so many elements of this type from here on".
struct Elements {
  let start: UnsafeMutableRawPointer?
  let count: Int32
  let type: MPI_Datatype
}

extension Communicator {
  /// All elements of a buffer.
  func elements<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ routine: StaticString
  ) throws(MPIError) -> Elements {
    guard let count = Int32(exactly: buffer.count) else {
      throw refusal(
        routine, "\(buffer.count) elements in one call; MPI counts up to \(Int32.max): use several calls",
        code: MPI_ERR_COUNT)
    }
    return Elements(start: buffer.baseAddress, count: count, type: Scalar.datatype.handle)
  }

  /// All elements of a buffer that MPI only reads.
  func elements<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, _ routine: StaticString
  ) throws(MPIError) -> Elements {
    try elements(UnsafeMutableBufferPointer(mutating: buffer), routine)
  }

  /// A buffer as equal blocks, one for each rank, of which the first is given.
  func blocks<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ routine: StaticString
  ) throws(MPIError) -> Elements {
    guard buffer.count % size == 0 else {
      throw refusal(
        routine, "\(buffer.count) elements cannot be cut into \(size) equal blocks, one for each rank",
        code: MPI_ERR_COUNT)
    }
    return try elements(UnsafeMutableBufferPointer(start: buffer.baseAddress, count: buffer.count / size), routine)
  }

  /// The buffer of a layout, which must have a block for each rank, all of them within the buffer.
  func blocks<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ layout: BlockLayout, _ routine: StaticString
  ) throws(MPIError) -> Elements {
    guard layout.size == size else {
      throw refusal(routine, "a layout of \(layout.size) blocks for \(size) ranks", code: MPI_ERR_COUNT)
    }
    guard layout.end <= buffer.count else {
      throw refusal(
        routine, "the layout's last block ends at element \(layout.end), but the buffer has \(buffer.count)",
        code: MPI_ERR_BUFFER)
    }
    return Elements(start: buffer.baseAddress, count: 0, type: Scalar.datatype.handle)
  }

  /// Throws unless a buffer has the number of elements that the call needs.
  func check(_ count: Int, is expected: Int, _ what: String, _ routine: StaticString) throws(MPIError) {
    guard count == expected else {
      throw refusal(routine, "\(what) has \(count) elements, expected \(expected)", code: MPI_ERR_BUFFER)
    }
  }
}
