import CMPI

/// What the launcher (`mpirun`, `srun`) tells a process about its place in the job, readable before MPI is initialised.
///
/// Useful for what must happen before `MPI_Init`, or must not happen on every rank, such as printing a usage message.
/// Both values are nil when no launcher that this type knows started the process.
public enum LaunchEnvironment {
  /// The rank that the process will have in the world; nil without a launcher.
  public static var rank: Int? { rank(reading: environmentVariable) }

  /// The number of ranks in the job; nil without a launcher, or where the launcher does not tell.
  public static var size: Int? { size(reading: environmentVariable) }

  /// The launchers within a Slurm job leave Slurm's variables in place, so their own come first.
  package static func rank(reading variable: (String) -> String?) -> Int? {
    firstNumber(of: launchers.map(\.placeVariables.rank) + ["PMIX_RANK", "SLURM_PROCID"], reading: variable)
  }

  /// Slurm sets `SLURM_NTASKS` for a batch script too, which is one process; the step's own count is what `srun` sets.
  package static func size(reading variable: (String) -> String?) -> Int? {
    firstNumber(of: launchers.map(\.placeVariables.size) + ["SLURM_STEP_NUM_TASKS"], reading: variable)
  }

  /// Another implementation's launcher that started this process as one of several, nil where none did: every process is then
  /// a world of its own.
  static func foreignLauncher(reading variable: (String) -> String? = environmentVariable) -> MPIImplementation? {
    launchers.dropFirst().first { firstNumber(of: [$0.placeVariables.size], reading: variable) ?? 0 > 1 }
  }

  private static var launchers: [MPIImplementation] {
    [.current] + MPIImplementation.allCases.filter { $0 != .current }
  }

  private static func firstNumber(of names: [String], reading variable: (String) -> String?) -> Int? {
    for name in names {
      if let number = variable(name).flatMap({ Int($0) }), number >= 0 {
        return number
      }
    }
    return nil
  }

  private static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
