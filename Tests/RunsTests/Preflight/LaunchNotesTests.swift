import Runs
import Testing

/// When a launch is worth a word.
struct LaunchNotesTests {
  private let byMPIRun = ["OMPI_MCA_orte_hnp_uri": "1.0;tcp://10.0.0.1:1"]

  @Test func openMPIsDefaultsAreNotedOnSeveralHosts() throws {
    let note = try #require(LaunchNotes.keepalive(hosts: 2, reading: { byMPIRun[$0] }))
    #expect(note.contains("after 480 s") && note.contains("oob_tcp_keepalive_time 15"))
    #expect(LaunchNotes.keepalive(hosts: 1, reading: { byMPIRun[$0] }) == nil)
    #expect(LaunchNotes.keepalive(hosts: 2, reading: { _ in nil }) == nil, "srun has no such setting")
  }

  @Test func aLaunchThatNoticesSoonIsNotNoted() {
    let settings = byMPIRun.merging([
      "OMPI_MCA_oob_tcp_keepalive_time": "15", "OMPI_MCA_oob_tcp_keepalive_intvl": "5",
      "OMPI_MCA_oob_tcp_keepalive_probes": "3",
    ]) { $1 }
    #expect(LaunchNotes.keepalive(hosts: 4, reading: { settings[$0] }) == nil)
  }
}
