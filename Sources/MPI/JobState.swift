import CMPI

/// What all communicators of a process know in common, and the one way in which this module calls MPI.
final class JobState {
  /// This process's rank in the world, for messages.
  let rank: Int
  /// What the process is doing in MPI.
  let activity = CallActivity()
  /// Whether MPI can be called: from `MPI_Init` to `MPI_Finalize`. Communicators and requests may outlive both.
  var isActive = true
  /// Whether `collectively` has already told all ranks of a failure, so that they can be expected to end together.
  var hasAgreedOnFailure = false

  init(rank: Int) {
    self.rank = rank
  }

  /// Makes one MPI call and turns its code into a thrown error.
  ///
  /// - Parameters:
  ///   - routine: MPI's name of it.
  ///   - detail: the arguments that may be at fault.
  ///   - body: the call.
  func call(_ routine: StaticString, about detail: () -> String = { "" }, _ body: () -> Int32) throws(MPIError) {
    guard isActive else {
      throw MPIError(refusing: routine, "called after MPI was finalised", code: MPI_ERR_COMM, rank: rank)
    }
    activity.callBegins(routine)
    let code = body()
    activity.callEnds()
    guard code == MPI_SUCCESS else { throw MPIError(routine, code: code, detail: detail(), rank: rank) }
  }
}
