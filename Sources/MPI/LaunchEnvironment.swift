#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the launcher (`mpirun`, `srun`) tells a process about its place in the job, readable before MPI is initialised.
///
/// Useful for what must happen before `MPI_Init`, or must not happen on every rank, such as printing a usage message.
/// Both values are nil when no launcher that this type knows started the process.
public enum LaunchEnvironment {
  /// The rank that the process will have in the world; nil without a launcher.
  public static var rank: Int? { rank(reading: environmentVariable) }

  /// The number of ranks in the job; nil without a launcher, or where the launcher does not tell.
  public static var size: Int? { size(reading: environmentVariable) }

  /// `mpirun` within a Slurm job leaves Slurm's variables in place, so Open MPI's own come first.
  package static func rank(reading variable: (String) -> String?) -> Int? {
    firstNumber(of: ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"], reading: variable)
  }

  /// Slurm sets `SLURM_NTASKS` for a batch script too, which is one process; the step's own count is what `srun` sets.
  package static func size(reading variable: (String) -> String?) -> Int? {
    firstNumber(of: ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"], reading: variable)
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
