import MPI

/// How a job was started, where that can hang it.
public enum LaunchNotes {
  /// Seconds after which a daemon of `mpirun` that is out of reach should be noticed.
  private static let longestSilence = 120

  /// What is amiss with how `mpirun` was started; nil where nothing is.
  ///
  /// - Parameters:
  ///   - hosts: the hosts of the job.
  ///   - variable: reads the environment, in which `mpirun` leaves its settings.
  public static func keepalive(hosts: Int, reading variable: (String) -> String?) -> String? {
    // srun does not set this one.
    guard hosts > 1, variable("OMPI_MCA_orte_hnp_uri") != nil else { return nil }
    // Open MPI's defaults; a host is given up after the first two together with all probes.
    let time = variable("OMPI_MCA_oob_tcp_keepalive_time").flatMap { Int($0) } ?? 300
    let interval = variable("OMPI_MCA_oob_tcp_keepalive_intvl").flatMap { Int($0) } ?? 20
    let probes = variable("OMPI_MCA_oob_tcp_keepalive_probes").flatMap { Int($0) } ?? 9
    guard time + interval * probes > longestSilence else { return nil }
    return """
      note: mpirun notices a lost host after \(time + interval * probes) s only; give it --mca oob_tcp_keepalive_time 15 \
      --mca oob_tcp_keepalive_intvl 5 --mca oob_tcp_keepalive_probes 3
      """
  }
}
