import Foundation

/// One MPI job at a time: two jobs of eight ranks on two cores would only slow each other down.
private let oneJob = NSLock()

/// Runs an executable of this package under `mpirun` and returns what the whole job left behind.
///
/// The settings suit a machine with fewer cores than ranks: oversubscription is allowed, ranks are not bound to cores,
/// and they yield while they wait.
///
/// - Parameters:
///   - ranks: how many processes to start.
///   - program: the name of an executable of this package, or a path.
///   - arguments: the program's arguments.
///   - environment: variables to set for `mpirun` and, through it, for every rank; nil removes one.
///   - directory: the working directory; nil for this process's own.
///   - timeout: seconds after which `mpirun` ends the job with status 110; see ``patience``.
public func mpirun(
  ranks: Int, program: String, arguments: [String] = [], environment: [String: String?] = [:],
  directory: URL? = nil, timeout: Int = 60
) throws -> ProcessResult {
  let executable = program.contains("/") ? program : try builtExecutable(program)
  var variables: [String: String?] = [
    "OMPI_MCA_mpi_yield_when_idle": "1",
    // Containers often forbid reading another process's memory; Open MPI then complains on standard error.
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
  ]
  if geteuid() == 0 {
    variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
  }
  variables.merge(environment) { _, new in new }

  let timeout = Int((Double(timeout) * patience).rounded(.up))
  oneJob.lock()
  defer { oneJob.unlock() }
  return try run(
    "mpirun",
    ["-n", String(ranks), "--oversubscribe", "--bind-to", "none", "--timeout", String(timeout), executable]
      + arguments,
    environment: variables, directory: directory, timeout: (Double(timeout) + 20) / patience)
}
