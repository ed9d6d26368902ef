import CMPI

/// An implementation of MPI, for the little that is its own: the standard is silent on how jobs are started and tuned.
///
/// Everything that depends on which implementation it is stands here; other code asks ``current``.
public enum MPIImplementation: Sendable, Hashable, CaseIterable {
  /// Open MPI.
  case openMPI
  /// MPICH and its family: Intel MPI, Cray MPICH, MVAPICH.
  case mpich

  /// The one that this module was built against.
  public static let current: MPIImplementation = cmpi_is_open_mpi() ? .openMPI : .mpich

  /// Its name.
  public var name: String {
    switch self {
    case .openMPI: "Open MPI"
    case .mpich: "MPICH"
    }
  }

  /// The command that starts a job, as in `mpirun -n 4 program`.
  public var launcher: String {
    switch self {
    case .openMPI: "mpirun"
    // Where both are installed, mpirun and mpiexec may be the other one's.
    case .mpich: "mpiexec.hydra"
    }
  }

  /// The launcher's words that hand a variable of the environment on to ranks on other hosts.
  public func option(handingOn variable: String) -> String {
    switch self {
    case .openMPI: "-x \(variable)"
    case .mpich: "-genvlist \(variable)"
    }
  }

  /// What the system calls the processes of the launcher and of its daemons: the parents that ranks may have.
  public var launcherProcesses: Set<String> {
    switch self {
    case .openMPI: ["mpirun", "mpirun.openmpi", "mpiexec", "mpiexec.openmpi", "orterun", "prterun", "orted", "prted"]
    case .mpich: ["hydra_pmi_proxy", "mpiexec.hydra", "mpirun.mpich", "mpiexec.mpich", "mpirun", "mpiexec"]
    }
  }

  /// The variables in which the launcher tells a process its rank and the number of ranks.
  var placeVariables: (rank: String, size: String) {
    switch self {
    case .openMPI: ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")
    case .mpich: ("PMI_RANK", "PMI_SIZE")
    }
  }

  /// Settings that differ from the implementation's defaults where nobody has chosen them: variables of the environment, which it
  /// reads when it is initialised.
  var settings: [(name: String, value: String)] {
    switch self {
    // By default a large message over TCP is fetched piece by piece, by requests that go through the same connection as
    // the data in the other direction and wait behind it: two hosts that send to each other take turns instead. On links of
    // 1 Gbit/s an exchange of 17 MB took four hosts 1.4 times as long. On faster links this costs nothing.
    case .openMPI: [("OMPI_MCA_btl_tcp_flags", "send,inplace")]
    case .mpich: []
    }
  }

  /// What is amiss with how the launcher was started, where that can hang a job; nil where nothing is.
  ///
  /// - Parameters:
  ///   - hosts: the hosts of the job.
  ///   - variable: reads the environment, in which Open MPI's `mpirun` leaves its settings.
  public func launchNote(hosts: Int, reading variable: (String) -> String?) -> String? {
    // srun does not set this one.
    guard self == .openMPI, hosts > 1, variable("OMPI_MCA_orte_hnp_uri") != nil else { return nil }
    // Open MPI's defaults; a host is given up after the first two together with all probes.
    let time = variable("OMPI_MCA_oob_tcp_keepalive_time").flatMap { Int($0) } ?? 300
    let interval = variable("OMPI_MCA_oob_tcp_keepalive_intvl").flatMap { Int($0) } ?? 20
    let probes = variable("OMPI_MCA_oob_tcp_keepalive_probes").flatMap { Int($0) } ?? 9
    guard time + interval * probes > Self.longestSilence else { return nil }
    return """
      note: mpirun notices a lost host after \(time + interval * probes) s only; give it --mca oob_tcp_keepalive_time 15 \
      --mca oob_tcp_keepalive_intvl 5 --mca oob_tcp_keepalive_probes 3
      """
  }

  /// Seconds after which a daemon of the launcher that is out of reach should be noticed.
  private static let longestSilence = 120
}
