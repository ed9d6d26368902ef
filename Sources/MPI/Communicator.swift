import CMPI

/// A group of ranks that can exchange messages, apart from the messages of every other communicator.
///
/// Collective calls (all but `send`, `receive` and their kind) must be made by all ranks of the communicator, in the same
/// order and with the same element type, counts, root and operation.
///
/// A communicator that `duplicate`, `split` or `splitByNode` made is given back by ``free()``, which is collective too. One
/// that is dropped instead, as when an error passes by, stays with MPI until that is finalised: only the program knows a
/// point that all ranks come to.
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

  let job: JobState
  private let handle: MPI_Comm
  private var isFreed = false
  /// The requests that have not completed: Open MPI crashes where their communicator is freed before.
  var openRequests = 0

  /// What this process is doing in MPI, on this and all other communicators.
  public var activity: CallActivity { job.activity }

  /// The name of the host that runs this process. All ranks of a node have the same.
  public static var hostName: String {
    cText(capacity: 256) { gethostname($0, 256) == 0 } ?? "unknown host"
  }

  /// Takes over a communicator, and makes its errors return.
  ///
  /// - Parameters:
  ///   - handle: a communicator of which this process is a member.
  ///   - job: the state shared in this process.
  init(owning handle: MPI_Comm, job: JobState) throws(MPIError) {
    var (rank, size): (Int32, Int32) = (0, 0)
    let code = MPI_Comm_set_errhandler(handle, cmpi_errors_return())
    try MPIError.check("MPI_Comm_set_errhandler", code, rank: job.rank)
    try MPIError.check("MPI_Comm_rank", MPI_Comm_rank(handle, &rank), rank: job.rank)
    try MPIError.check("MPI_Comm_size", MPI_Comm_size(handle, &size), rank: job.rank)
    self.handle = handle
    self.job = job
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// Gives the communicator back to MPI; a collective call. Its requests must have completed; further calls are refused.
  public func free() throws(MPIError) {
    guard openRequests == 0 else {
      throw refusal(
        "MPI_Comm_free", "\(openRequests) requests are under way: wait for them first", code: MPI_ERR_PENDING)
    }
    var own = CMPIComm(handle: handle)
    try call("MPI_Comm_free") { _ in MPI_Comm_free(&own.handle) }
    isFreed = true
  }

  /// Waits until all ranks have come here.
  public func barrier() throws(MPIError) {
    try call("MPI_Barrier") { MPI_Barrier($0) }
  }

  /// Ends all processes of the job at once, with the given exit status. Output written so far is flushed first.
  public func abort(code: Int32) -> Never {
    fflush(nil)
    if job.isActive {
      MPI_Abort(cmpi_comm_world(), code)
    }
    exit(code)
  }
}

extension Communicator {
  /// Makes one MPI call on this communicator and turns its code into a thrown error.
  ///
  /// - Parameters:
  ///   - routine: MPI's name of it.
  ///   - detail: the arguments that may be at fault.
  ///   - body: the call.
  func call(
    _ routine: StaticString, about detail: @autoclosure () -> String = "", _ body: (MPI_Comm) -> Int32
  ) throws(MPIError) {
    guard !isFreed else { throw refusal(routine, "called on a communicator that was freed", code: MPI_ERR_COMM) }
    try job.call(routine, about: detail) { body(handle) }
  }

  func refusal(_ routine: StaticString, _ message: String, code: Int32) -> MPIError {
    MPIError(refusing: routine, message, code: code, rank: job.rank)
  }
}
