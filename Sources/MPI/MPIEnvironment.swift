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
    TransportSettings.apply()
    var provided: Int32 = 0
    let code = MPI_Init_thread(nil, nil, threads.level, &provided)
    guard code == MPI_SUCCESS else { throw MPIError(routine, code: code, rank: nil) }
    do throws(MPIError) {
      guard provided >= threads.level else {
        throw MPIError(
          refusing: routine, "this MPI gives thread support \(provided), needed is \(threads.level) (\(threads))",
          code: MPI_ERR_OTHER, rank: nil)
      }
      world = try Self.duplicateWorld()
    } catch {
      MPI_Finalize()
      throw error
    }
  }

  /// Finalises MPI; a collective call. Communicators and requests that are left can only be dropped afterwards.
  public consuming func finalize() throws(MPIError) {
    try world.call("MPI_Finalize") { _ in MPI_Finalize() }
  }

  deinit {
    if JobState.isActive {
      MPI_Finalize()
    }
  }

  private static func duplicateWorld() throws(MPIError) -> Communicator {
    // Errors on requests and on no communicator at all go to the handlers of the predefined ones.
    var rank: Int32 = 0
    for (routine, code) in [
      (
        "MPI_Comm_set_errhandler" as StaticString,
        MPI_Comm_set_errhandler(cmpi_comm_world(), cmpi_errors_return())
      ),
      ("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(cmpi_comm_self(), cmpi_errors_return())),
      ("MPI_Comm_rank", MPI_Comm_rank(cmpi_comm_world(), &rank)),
    ] where code != MPI_SUCCESS {
      throw MPIError(routine, code: code, rank: nil)
    }
    var world: MPI_Comm?
    let code = MPI_Comm_dup(cmpi_comm_world(), &world)
    guard code == MPI_SUCCESS, let world else { throw MPIError("MPI_Comm_dup", code: code, rank: Int(rank)) }
    return try Communicator(owning: world, job: JobState(rank: Int(rank)))
  }
}

extension MPIEnvironment {
  /// The MPI library and its version in its own words. Can be read at any time.
  public static var libraryVersion: String {
    var length: Int32 = 0
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING) + 1) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, MPI_Get_library_version(start, &length) == MPI_SUCCESS else {
        return "unknown MPI library"
      }
      return String(cString: start)
    }
  }

  /// The version of the MPI standard that the library implements, such as `3.1`. Can be read at any time.
  public static var standardVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    MPI_Get_version(&major, &minor)
    return "\(major).\(minor)"
  }
}
