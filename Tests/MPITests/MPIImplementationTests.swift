import MPI
import TestSupport
import Testing

/// What is one implementation's own.
struct MPIImplementationTests {
  private let byMPIRun = ["OMPI_MCA_orte_hnp_uri": "1.0;tcp://10.0.0.1:1"]

  @Test func openMPIsDefaultsAreNotedOnSeveralHosts() throws {
    let note = try #require(MPIImplementation.openMPI.launchNote(hosts: 2, reading: { byMPIRun[$0] }))
    #expect(note.contains("after 480 s") && note.contains("oob_tcp_keepalive_time 15"))
    #expect(MPIImplementation.openMPI.launchNote(hosts: 1, reading: { byMPIRun[$0] }) == nil)
    #expect(MPIImplementation.openMPI.launchNote(hosts: 2, reading: { _ in nil }) == nil, "srun has no such setting")
  }

  @Test func aLaunchThatNoticesSoonIsNotNoted() {
    let settings = byMPIRun.merging([
      "OMPI_MCA_oob_tcp_keepalive_time": "15", "OMPI_MCA_oob_tcp_keepalive_intvl": "5",
      "OMPI_MCA_oob_tcp_keepalive_probes": "3",
    ]) { $1 }
    #expect(MPIImplementation.openMPI.launchNote(hosts: 4, reading: { settings[$0] }) == nil)
  }

  @Test func onlyOpenMPIHasThatSetting() {
    #expect(MPIImplementation.mpich.launchNote(hosts: 2, reading: { byMPIRun[$0] }) == nil)
  }

  /// Under the launcher of another MPI every process would be a world of one rank and do the whole job.
  @Test func theLauncherOfAnotherMPIIsRefused() throws {
    let asHydraDoes = ["PMI_RANK": "0", "PMI_SIZE": "2"]
    let result = try run(builtExecutable("mpi-conformance"), environment: asHydraDoes)
    let refusal = "the program is built against Open MPI, and MPICH started it: start it by mpirun\n"
    #expect(result.ending == .exited(1) && result.standardError.hasSuffix(refusal), "\(result)")
  }
}
