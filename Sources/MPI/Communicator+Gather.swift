import CMPI

extension Communicator {
  /// Gives all ranks the elements of every rank, in the order of the ranks.
  ///
  /// - Parameters:
  ///   - block: this rank's elements, of the same count everywhere.
  ///   - buffer: receives `size` blocks; of `block.count × size` elements, and apart from `block`.
  public func allGather<Scalar: MPIScalar>(
    _ block: UnsafeBufferPointer<Scalar>, into buffer: UnsafeMutableBufferPointer<Scalar>
  ) throws(MPIError) {
    let routine: StaticString = "MPI_Allgather"
    let own = try elements(block, routine)
    try check(buffer.count, is: block.count * size, "the receive buffer", routine)
    try call(routine) {
      MPI_Allgather(own.start, own.count, own.type, buffer.baseAddress, own.count, own.type, $0)
    }
  }

  /// Completes a buffer of equal blocks of which each rank has filled its own.
  ///
  /// - Parameter buffer: `size` equal blocks, of which block `rank` is read and the others are overwritten.
  public func allGather<Scalar: MPIScalar>(inPlace buffer: UnsafeMutableBufferPointer<Scalar>) throws(MPIError) {
    let block = try blocks(buffer, "MPI_Allgather")
    try call("MPI_Allgather") {
      MPI_Allgather(cmpi_in_place(), 0, block.type, block.start, block.count, block.type, $0)
    }
  }

  /// Gives all ranks the elements of every rank, with counts that vary between the ranks.
  ///
  /// - Parameters:
  ///   - block: this rank's elements, as many as `layout` has for it.
  ///   - buffer: receives all blocks; apart from `block`.
  ///   - layout: where the ranks' blocks go; the same counts on every rank.
  public func allGather<Scalar: MPIScalar>(
    _ block: UnsafeBufferPointer<Scalar>, into buffer: UnsafeMutableBufferPointer<Scalar>, layout: BlockLayout
  ) throws(MPIError) {
    let routine: StaticString = "MPI_Allgatherv"
    let all = try blocks(buffer, layout, routine)
    try check(block.count, is: layout[rank].count, "this rank's block", routine)
    let own = try elements(block, routine)
    try call(routine) {
      MPI_Allgatherv(
        own.start, own.count, own.type, all.start, layout.counts.baseAddress, layout.displacements.baseAddress,
        all.type, $0)
    }
  }

  /// Completes a buffer of blocks of which each rank has filled its own, with counts that vary between the ranks.
  ///
  /// - Parameters:
  ///   - buffer: block `rank` is read, the others are overwritten, what lies in no block stays as it is.
  ///   - layout: where the ranks' blocks lie; the same counts on every rank.
  public func allGather<Scalar: MPIScalar>(
    inPlace buffer: UnsafeMutableBufferPointer<Scalar>, layout: BlockLayout
  ) throws(MPIError) {
    let all = try blocks(buffer, layout, "MPI_Allgatherv")
    try call("MPI_Allgatherv") {
      MPI_Allgatherv(
        cmpi_in_place(), 0, all.type, all.start, layout.counts.baseAddress, layout.displacements.baseAddress,
        all.type, $0)
    }
  }

  /// The values of all ranks, in their order, on every rank.
  public func allGather<Scalar: MPIScalar>(_ value: Scalar) throws(MPIError) -> [Scalar] {
    var values = [Scalar](repeating: .zero, count: size)
    values[rank] = value
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allGather(inPlace: buffer)
    }
    return values
  }

  /// The texts of all ranks, in their order, on every rank.
  public func allGather(_ text: String) throws(MPIError) -> [String] {
    let bytes = Array(text.utf8)
    let layout = try BlockLayout(counts: try allGather(bytes.count))
    var all = [UInt8](repeating: 0, count: layout.end)
    all.replaceSubrange(layout[rank], with: bytes)
    try all.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allGather(inPlace: buffer, layout: layout)
    }
    return (0..<size).map { String(decoding: all[layout[$0]], as: UTF8.self) }
  }

  /// The arrays of all ranks, in their order, on the root; nil on the others. Their lengths may vary.
  public func gather<Scalar: MPIScalar>(_ array: [Scalar], root: Int) throws(MPIError) -> [[Scalar]]? {
    let layout = try BlockLayout(counts: try allGather(array.count))
    var all = [Scalar](repeating: .zero, count: rank == root ? layout.end : 0)
    try array.withUnsafeBufferPointer { (array) throws(MPIError) in
      let own = try elements(array, "MPI_Gatherv")
      try call("MPI_Gatherv", about: about(root: root)) { handle in
        all.withUnsafeMutableBufferPointer { all in
          MPI_Gatherv(
            own.start, own.count, own.type, all.baseAddress, layout.counts.baseAddress,
            layout.displacements.baseAddress, own.type, Int32(clamping: root), handle)
        }
      }
    }
    return rank == root ? (0..<size).map { Array(all[layout[$0]]) } : nil
  }

  /// The texts of all ranks, in their order, on the root; nil on the others.
  public func gather(_ text: String, root: Int) throws(MPIError) -> [String]? {
    try gather(Array(text.utf8), root: root)?.map { String(decoding: $0, as: UTF8.self) }
  }
}
