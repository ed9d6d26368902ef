import CMPI

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A group of ranks that can exchange messages, apart from the messages of every other communicator.
///
/// Collective calls (all but `send`, `receive` and their kind) must be made by all ranks of the communicator, in the same
/// order and with the same element type, counts, root and operation. `MPI_Comm_free`, which runs when the last reference
/// goes, is collective too: let communicators go at the same point of the program on all ranks.
///
/// Communicators are not `Sendable`: MPI is initialised so that one thread makes all calls, and the compiler holds the
/// program to it.
///
/// Every method throws `MPIError` with the routine's name and MPI's own text, and refuses, before MPI is called, counts
/// beyond 2^31 - 1 and buffers whose sizes do not fit together.
public final class Communicator {
  /// This process's rank in the communicator, from 0 to `size - 1`.
  public let rank: Int
  /// The number of ranks.
  public let size: Int

  let handle: MPI_Comm
  let job: JobState

  /// What this process is doing in MPI, on this and all other communicators.
  public var activity: CallActivity { job.activity }

  /// The name of the host that runs this process. All ranks of a node have the same.
  public static var hostName: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 257) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, gethostname(start, 256) == 0 else { return "unknown host" }
      return String(cString: start)
    }
  }

  /// Takes over a communicator, which it will free, and makes its errors return.
  ///
  /// - Parameters:
  ///   - handle: a communicator of which this process is a member.
  ///   - job: the state shared in this process.
  init(owning handle: MPI_Comm, job: JobState) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    for (routine, code) in [
      ("MPI_Comm_set_errhandler" as StaticString, MPI_Comm_set_errhandler(handle, cmpi_errors_return())),
      ("MPI_Comm_rank", MPI_Comm_rank(handle, &rank)),
      ("MPI_Comm_size", MPI_Comm_size(handle, &size)),
    ] where code != MPI_SUCCESS {
      throw MPIError(routine, code: code, rank: job.rank)
    }
    self.handle = handle
    self.job = job
    self.rank = Int(rank)
    self.size = Int(size)
  }

  deinit {
    guard JobState.isActive else { return }
    var handle: MPI_Comm? = handle
    MPI_Comm_free(&handle)
  }

  /// Waits until all ranks have come here.
  public func barrier() throws(MPIError) {
    try call("MPI_Barrier") { MPI_Barrier($0) }
  }

  /// Ends all processes of the job at once, with the given exit status. Output written so far is flushed first.
  public func abort(code: Int32) -> Never {
    fflush(nil)
    if JobState.isActive {
      MPI_Abort(cmpi_comm_world(), code)
    }
    exit(code)
  }
}

extension Communicator {
  /// Makes one MPI call and turns its code into a thrown error.
  ///
  /// - Parameters:
  ///   - routine: MPI's name of it.
  ///   - detail: the arguments that may be at fault.
  ///   - body: the call.
  func call(
    _ routine: StaticString, about detail: @autoclosure () -> String = "", _ body: (MPI_Comm) -> Int32
  ) throws(MPIError) {
    guard JobState.isActive else {
      throw refusal(routine, "called after MPI was finalised", code: MPI_ERR_COMM)
    }
    job.activity.callBegins(routine)
    let code = body(handle)
    job.activity.callEnds()
    guard code == MPI_SUCCESS else {
      throw MPIError(routine, code: code, detail: detail(), rank: job.rank)
    }
  }

  /// An element count in MPI's type.
  func checkedCount(_ count: Int, _ routine: StaticString) throws(MPIError) -> Int32 {
    guard let count = Int32(exactly: count), count >= 0 else {
      throw refusal(
        routine, "\(count) elements in one call; MPI counts up to \(Int32.max): use several calls", code: MPI_ERR_COUNT)
    }
    return count
  }

  /// The count of each rank's block where `count` elements are cut into equal ones.
  func checkedBlock(of count: Int, _ routine: StaticString) throws(MPIError) -> Int32 {
    guard count % size == 0 else {
      throw refusal(
        routine, "\(count) elements cannot be cut into \(size) equal blocks, one for each rank", code: MPI_ERR_COUNT)
    }
    return try checkedCount(count / size, routine)
  }

  /// Throws unless a layout has a block for each rank and all of them lie within a buffer.
  func check(_ layout: BlockLayout, fits count: Int, _ routine: StaticString) throws(MPIError) {
    guard layout.size == size else {
      throw refusal(routine, "a layout of \(layout.size) blocks for \(size) ranks", code: MPI_ERR_COUNT)
    }
    guard layout.end <= count else {
      throw refusal(
        routine, "the layout's last block ends at element \(layout.end), but the buffer has \(count)",
        code: MPI_ERR_BUFFER)
    }
  }

  /// Throws unless a buffer has the number of elements that the call needs.
  func check(_ count: Int, is expected: Int, _ what: String, _ routine: StaticString) throws(MPIError) {
    guard count == expected else {
      throw refusal(routine, "\(what) has \(count) elements, expected \(expected)", code: MPI_ERR_BUFFER)
    }
  }

  func refusal(_ routine: StaticString, _ message: String, code: Int32) -> MPIError {
    MPIError(refusing: routine, message, code: code, rank: job.rank)
  }
}
