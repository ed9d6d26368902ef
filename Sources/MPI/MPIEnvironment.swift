import CMPI

/// MPI itself, from its initialisation to its finalisation: there is one in the life of a process.
///
/// Works the same under `mpirun`, `srun`, and in a process started without either, which is a world of one rank.
/// Programs usually begin with `MPIEnvironment.run`, which also ends the whole job when one rank fails.
public struct MPIEnvironment: ~Copyable {
  /// Which threads of the program may call MPI.
  public enum ThreadSupport: Int32, Sendable, Comparable {
    /// There is one thread.
    case single
    /// Only the thread that initialised MPI calls it.
    case funneled
    /// Any thread, but never two at a time.
    case serialized
    /// Any thread at any time.
    case multiple

    public static func < (left: Self, right: Self) -> Bool { left.level < right.level }

    var level: Int32 {
      switch self {
      case .single: Int32(MPI_THREAD_SINGLE)
      case .funneled: Int32(MPI_THREAD_FUNNELED)
      case .serialized: Int32(MPI_THREAD_SERIALIZED)
      case .multiple: Int32(MPI_THREAD_MULTIPLE)
      }
    }
  }

  /// All ranks of the job: a duplicate of `MPI_COMM_WORLD`, so that messages of other libraries stay apart.
  public let world: Communicator

  /// Initialises MPI.
  ///
  /// - Parameter threads: what the program needs; MPI may give more.
  /// - Throws: `MPIError` if MPI has been initialised before in this process, or cannot give what the program needs.
  public init(threads: ThreadSupport = .funneled) throws(MPIError) {
    let routine: StaticString = "MPI_Init_thread"
    var initialized: Int32 = 0
    MPI_Initialized(&initialized)
    guard initialized == 0 else {
      throw MPIError(
        refusing: routine, "MPI can be initialised once in the life of a process", code: MPI_ERR_OTHER, rank: nil)
    }
    for setting in MPIImplementation.current.settings { setenv(setting.name, setting.value, 0) }
    var provided: Int32 = 0
    try MPIError.check(routine, MPI_Init_thread(nil, nil, threads.level, &provided))
    do throws(MPIError) {
      guard provided >= threads.level else {
        throw MPIError(
          refusing: routine, "this MPI gives thread support \(provided), needed is \(threads.level) (\(threads))",
          code: MPI_ERR_OTHER, rank: nil)
      }
      world = try Self.world(of: .current)
    } catch {
      MPI_Finalize()
      throw error
    }
  }

  /// Finalises MPI; a collective call. Communicators and requests that are left can only be dropped afterwards.
  public consuming func finalize() throws(MPIError) {
    defer { world.job.isActive = false }
    try world.job.call("MPI_Finalize") { MPI_Finalize() }
  }

  deinit {
    if world.job.isActive {
      MPI_Finalize()
      world.job.isActive = false
    }
  }

  private static func world(of own: MPIImplementation) throws(MPIError) -> Communicator {
    // Errors on requests and on no communicator at all go to the handlers of the predefined ones.
    for predefined in [cmpi_comm_world(), cmpi_comm_self()] {
      try MPIError.check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(predefined, cmpi_errors_return()))
    }
    var rank: Int32 = 0
    try MPIError.check("MPI_Comm_rank", MPI_Comm_rank(cmpi_comm_world(), &rank))
    var world = CMPIComm(handle: cmpi_comm_null())
    try MPIError.check("MPI_Comm_dup", MPI_Comm_dup(cmpi_comm_world(), &world.handle), rank: Int(rank))
    let result = try Communicator(owning: world.handle, job: JobState(rank: Int(rank)))
    // Under another implementation's launcher every process believes to be alone, and would do the whole job.
    if result.size == 1, let foreign = LaunchEnvironment.foreignLauncher() {
      throw MPIError(
        refusing: "MPI_Init_thread",
        "the program is built against \(own.name), and \(foreign.name) started it: start it by \(own.launcher)",
        code: MPI_ERR_OTHER, rank: nil)
    }
    return result
  }
}

extension MPIEnvironment {
  /// The MPI library and its version in its own words. Can be read at any time.
  public static var libraryVersion: String {
    let text = cText(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { start in
      var length: Int32 = 0
      return MPI_Get_library_version(start, &length) == MPI_SUCCESS
    }
    // MPICH goes on for many lines, of how it was built.
    let line = text?.split(whereSeparator: \.isNewline).first ?? "unknown MPI library"
    return String(line.replacing("\t", with: " "))
  }

  /// The version of the MPI standard that the library implements, such as `3.1`. Can be read at any time.
  public static var standardVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    MPI_Get_version(&major, &minor)
    return "\(major).\(minor)"
  }
}
