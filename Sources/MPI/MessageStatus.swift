import CMPI

/// What a receive or a probe learned about a message.
public struct MessageStatus: Sendable, Hashable {
  /// The sender's rank in the communicator.
  public let source: Int
  /// The sender's tag.
  public let tag: Int
  /// The number of elements in the message, of the type it was asked for.
  public let count: Int

  /// A status in the units of `datatype`.
  ///
  /// - Throws: `MPIError` if the message's length is no multiple of the datatype's size.
  init(_ status: MPI_Status, of datatype: MPI_Datatype, _ routine: StaticString, rank: Int) throws(MPIError) {
    var status = status
    var count: Int32 = 0
    guard MPI_Get_count(&status, datatype, &count) == MPI_SUCCESS, count != MPI_UNDEFINED else {
      throw MPIError(
        refusing: routine,
        "the message from rank \(status.MPI_SOURCE) is no whole number of elements of the type asked for",
        code: MPI_ERR_TYPE, rank: rank)
    }
    self.source = Int(status.MPI_SOURCE)
    self.tag = Int(status.MPI_TAG)
    self.count = Int(count)
  }
}
