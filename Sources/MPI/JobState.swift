import CMPI

/// What all communicators of a process know in common.
final class JobState {
  /// This process's rank in the world, for messages.
  let rank: Int
  /// What the process is doing in MPI.
  let activity = CallActivity()
  /// Whether `collectively` has already told all ranks of a failure, so that they can be expected to end together.
  var hasAgreedOnFailure = false

  init(rank: Int) {
    self.rank = rank
  }

  /// Whether MPI calls are possible now: after `MPI_Init` and before `MPI_Finalize`.
  static var isActive: Bool {
    var initialized: Int32 = 0
    var finalized: Int32 = 0
    MPI_Initialized(&initialized)
    MPI_Finalized(&finalized)
    return initialized != 0 && finalized == 0
  }
}
