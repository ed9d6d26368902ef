import TestSupport
import Testing

/// How jobs end when something goes wrong: soon, with the right status, and with one message that says what.
@Suite struct FailureTests {
  /// Runs a scenario of `mpi-conformance` on four ranks, or alone.
  private func end(_ scenario: String, rank: Int = 0, status: Int = 0, ranks: Int? = 4) throws -> ProcessResult {
    let arguments = [scenario, String(rank), String(status)]
    guard let ranks else { return try run(builtExecutable("mpi-conformance"), arguments) }
    return try mpirun(ranks: ranks, program: "mpi-conformance", arguments: arguments)
  }

  /// The lines on standard error that the program itself wrote.
  private func messages(of result: ProcessResult) -> [Substring] {
    result.standardError.split(separator: "\n").filter { $0.hasPrefix("mpi-conformance: ") }
  }

  /// Whether the only message is that of `rank`, and says `text`.
  private func hasOneMessage(_ result: ProcessResult, from rank: Int, _ text: String) -> Bool {
    let messages = messages(of: result)
    return messages.count == 1 && messages[0].hasPrefix("mpi-conformance: rank \(rank) on host ")
      && messages[0].hasSuffix(": \(text)")
  }

  @Test(arguments: [0, 2])
  func aRankThatThrowsEndsTheWholeJob(culprit: Int) throws {
    let result = try end("throw", rank: culprit, status: 7)
    #expect(result.ending == .exited(7), "\(result)")
    #expect(result.seconds < 15 * patience)
    #expect(hasOneMessage(result, from: culprit, "cannot read batch 7 of rank \(culprit)"), "\(result)")
  }

  @Test func aRequestInFlightDoesNotHoldUpTheEnd() throws {
    let result = try end("throw-in-flight", rank: 1, status: 7)
    #expect(result.ending == .exited(7), "\(result)")
    #expect(result.seconds < 30 * patience)
    #expect(hasOneMessage(result, from: 1, "cannot read batch 7 of rank 1"), "\(result)")
  }

  @Test func anMPIErrorThatNobodyCatchesIsReported() throws {
    let result = try end("mpi-error", rank: 1)
    #expect(result.ending == .exited(1), "\(result)")
    #expect(
      hasOneMessage(result, from: 1, "MPI_Bcast: MPI_ERR_ROOT: invalid root (root 4 of 4 ranks)"), "\(result)")
  }

  @Test(arguments: ["collectively", "collectively-late"])
  func aCollectiveFailureEndsInOrder(scenario: String) throws {
    let result = try end(scenario, rank: 2, status: 42)
    #expect(result.ending == .exited(42), "\(result)")
    #expect(hasOneMessage(result, from: 2, "cannot read batch 7 of rank 2"), "\(result)")
    #expect(!result.standardError.contains("MPI_ABORT"), "\(result)")
  }

  @Test(arguments: ["collectively-everywhere", "throw-everywhere"])
  func aFailureOfAllRanksHasOneMessage(scenario: String) throws {
    let result = try end(scenario, status: 9)
    #expect(result.ending == .exited(9), "\(result)")
    #expect(hasOneMessage(result, from: 0, "cannot read batch 7 of rank 0"), "\(result)")
    #expect(!result.standardError.contains("MPI_ABORT"), "\(result)")
  }

  @Test func aCollectiveFailureCanBeCaught() throws {
    let result = try end("collectively-caught", rank: 2, status: 42)
    #expect(result.succeeded, "\(result)")
    let own = "cannot read batch 7 of rank 2"
    #expect(result.outputLines == [Int](0..<4).map { $0 == 2 ? own : "rank 2 failed: \(own)" })
  }

  @Test func abortFlushesItsOutputAndKeepsItsStatus() throws {
    let result = try end("abort", rank: 3, status: 5)
    #expect(result.ending == .exited(5), "\(result)")
    #expect(result.outputLines.contains("last words"))
  }

  @Test func theBodysStatusIsTheProgramsStatus() throws {
    #expect(try end("status", rank: 3, status: 6).ending == .exited(6))
    #expect(try end("status", ranks: nil).ending == .exited(0))
  }

  @Test(arguments: ["throw", "collectively"])
  func aProgramWithoutALauncherFailsInTheSameWay(scenario: String) throws {
    let result = try end(scenario, status: 7, ranks: nil)
    #expect(result.ending == .exited(7), "\(result)")
    #expect(hasOneMessage(result, from: 0, "cannot read batch 7 of rank 0"), "\(result)")
    #expect(result.standardError.split(separator: "\n").count == 1, "\(result)")
  }

  @Test(arguments: [nil, 3])
  func theEnvironmentIsOwnedByAValue(ranks: Int?) throws {
    let result = try end("environment", ranks: ranks)
    #expect(result.succeeded, "\(result)")
    #expect(
      result.outputLines == [
        "second: MPI_Init_thread: MPI can be initialised once in the life of a process",
        "afterwards: MPI_Barrier: called after MPI was finalised",
        "total: \(ranks ?? 1)",
      ])
  }
}
