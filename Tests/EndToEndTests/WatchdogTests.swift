import Foundation
import TestSupport
import Testing

/// A rank that does not come never leaves the others waiting.
struct WatchdogTests {
  /// Runs a job that would go on for hours, and does something to one of its ranks once it trains.
  private func train(
    ranks: Int, timeout: Int, victim: Int, epochs: Int = 100_000,
    _ body: @escaping @Sendable (pid_t) -> Void
  ) throws -> (result: ProcessResult, seconds: Double, mishap: Mishap) {
    let scratch = try Scratch()
    let mishap = Mishap(rank: victim, onceThereAre: scratch.path("run/metrics.jsonl"), body)
    defer { mishap.cancel() }
    let arguments = [
      "train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run"),
      "--epochs", "\(epochs)", "--timeout", "\(timeout)",
    ]
    let result = try mpirun(
      ranks: ranks, program: "dptrain", arguments: arguments + Scratch.smallBatch,
      environment: ["DPTRAIN_TEST_MARK": mishap.mark], timeout: 120)
    let instant = try #require(mishap.happened, "\(result)")
    return (result, (ContinuousClock.now - instant) / .seconds(1), mishap)
  }

  @Test(arguments: [(ranks: 4, victim: 2), (ranks: 2, victim: 0)])
  func aRankThatIsStoppedIsNamedAndTheJobEnds(ranks: Int, victim: Int) throws {
    let (result, seconds, mishap) = try train(ranks: ranks, timeout: 3, victim: victim) { kill($0, SIGSTOP) }
    #expect(result.ending == .exited(76), "\(result)")
    // The time-out, three seconds for answers, and what mpirun takes to end the others.
    #expect(seconds < 20 * patience, "\(result)")
    let host = ProcessInfo.processInfo.hostName.split(separator: ".")[0]
    let speaker = victim == 0 ? 1 : 0
    let messages = result.messages
    #expect(
      messages.first?.contains(
        try Regex(
          "rank \(speaker) on host \(host).* has waited [0-9]+ s in MPI_[A-Z][a-z]+ after step [0-9]+ of dense training"
        ))
        == true, "\(result)")
    #expect(
      messages.contains {
        $0.contains("missing: rank \(victim) on host \(host)")
          && $0.hasSuffix("the process is stopped (SIGSTOP, or a debugger)")
      }, "\(result)")
    // Nobody else is blamed, and nobody else speaks.
    #expect(
      messages.count { $0.contains("missing:") } == 1 && messages.count { $0.contains("has waited") } == 1, "\(result)")
    for rank in 0..<ranks { #expect(rankProcess(mark: mishap.mark, rank: rank) == nil, "rank \(rank) lives on") }
  }

  /// Slow is not dead: a rank that comes before the time-out is waited for.
  @Test func aRankThatIsSlowIsWaitedFor() throws {
    let (result, seconds, _) = try train(ranks: 2, timeout: 8, victim: 1, epochs: 60) { process in
      kill(process, SIGSTOP)
      sleep(3)
      kill(process, SIGCONT)
    }
    #expect(result.succeeded && seconds > 3, "\(result)")
    #expect(result.messages.isEmpty, "\(result)")
  }

  @Test(arguments: ["-1", "nan", "soon"])
  func aTimeoutThatIsNoneIsRefused(value: String) throws {
    let result = try dptrain(["train", "--timeout=\(value)"])
    #expect(result.ending == .exited(2) && result.standardError.contains("--timeout"), "\(result)")
  }
}
