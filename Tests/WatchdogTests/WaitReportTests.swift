import Foundation
import Testing

import Watchdog

/// Who is named, and how.
struct WaitReportTests {
  private let waiting = RankStatus(
    isInCall: true, routine: "MPI_Alltoallv", seconds: 300.2, work: "dense training", steps: 16)
  private let busy = RankStatus(
    isInCall: false, routine: "MPI_Allgatherv", seconds: 310, work: "dense training", steps: 15)

  private func report(_ others: [WaitReport.Other]) -> [String] {
    WaitReport(rank: 0, host: "node0", own: waiting, timeout: 300, others: others).lines
  }

  private func other(
    _ rank: Int, _ host: String, _ status: RankStatus? = nil, _ condition: String? = nil, wasHeard: Bool = true
  ) -> WaitReport.Other {
    WaitReport.Other(rank: rank, host: host, status: status, condition: condition, wasHeard: wasHeard)
  }

  @Test func aSilentRankIsNamedWithItsHostTheCallAndTheStep() {
    #expect(
      report([other(1, "node0", waiting), other(2, "node1"), other(3, "node2", waiting)]) == [
        "rank 0 on host node0 has waited 300 s in MPI_Alltoallv after step 16 of dense training",
        "missing: rank 2 on host node1: no answer: process, host or network is down",
        "ranks 1, 3 wait as well",
      ])
  }

  @Test func aClaimBeyondAllSecondsIsRepeatedAsItIs() {
    var status = busy
    status.seconds = 1e300
    #expect(
      report([other(1, "node1", status)])[1]
        == "missing: rank 1 on host node1: out of MPI for 1e+300 s, last in MPI_Allgatherv, after step 15 of dense training"
    )
  }

  @Test func aStoppedProcessIsCalledThat() {
    let lines = report([other(1, "node0", nil, "is stopped (SIGSTOP, or a debugger)")])
    #expect(
      lines.dropFirst() == [
        "missing: rank 1 on host node0: no answer; the process is stopped (SIGSTOP, or a debugger)"
      ])
  }

  @Test func aSilentRankWhoseHostAnswersIsToldApartFromASilentHost() {
    let lines = report([
      other(1, "node1"), other(2, "node1", waiting), other(3, "node2"), other(4, "node2"), other(5, "node2"),
    ])
    #expect(
      lines.dropFirst() == [
        "missing: rank 1 on host node1: no answer, though the host answers: stopped, out of memory, or gone",
        "missing: ranks 3-5 on host node2: no answer: process, host or network is down",
        "rank 2 waits as well",
      ])
  }

  @Test func aBusyRankIsNamedWithItsLastCallAndStep() {
    #expect(
      report([other(1, "node1", busy)]).dropFirst() == [
        "missing: rank 1 on host node1: out of MPI for 310 s, last in MPI_Allgatherv, after step 15 of dense training",
        "where a rank only needs more time, raise --timeout (now 300 s; 0: never)",
      ])
  }

  @Test func ranksThatAllWaitPointToTheNetwork() {
    var elsewhere = waiting
    elsewhere.routine = "MPI_Allreduce"
    #expect(
      report([other(1, "node1", waiting), other(2, "node1", waiting), other(3, "node2", elsewhere)]).dropFirst() == [
        "ranks 1-2 on host node1: in MPI_Alltoallv for 300 s after step 16 of dense training",
        "rank 3 on host node2: in MPI_Allreduce for 300 s after step 16 of dense training",
        "no rank is missing: the network that MPI uses between them may be at fault",
      ])
  }

  /// Who has never been heard may be fine.
  @Test func blockedMessagesAreNotTakenForDeadHosts() {
    let lines = report([other(1, "node0", waiting), other(2, "node1", wasHeard: false)])
    #expect(lines.last?.hasPrefix("no rank of another host has ever answered: UDP messages") == true)
    #expect(report([other(1, "node0", wasHeard: false)]).count == 2)
  }

  @Test func placesBeforeTheFirstStep() {
    var status = waiting
    (status.work, status.steps) = ("", 0)
    #expect(status.place == "before the first step")
    status.work = "fine-tuning"
    #expect(status.place == "before the first step of fine-tuning")
  }
}
