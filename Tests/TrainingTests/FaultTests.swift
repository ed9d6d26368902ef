import Foundation
import TestSupport
import Testing

/// Weights that one rank's memory loses: found in the step that meets them, with everything that helps to find the cause.
struct FaultTests {
  private func run(_ fault: String, rank: Int, step: Int, _ policy: String = "stop", ranks: Int) throws -> ProcessResult
  {
    try mpirun(
      ranks: ranks, program: "training-faults", arguments: [fault, String(rank), String(step), policy], timeout: 120)
  }

  private func message(_ result: ProcessResult) throws -> String {
    let lines = result.standardError.split(separator: "\n").filter { $0.hasPrefix("training-faults: ") }
    try #require(lines.count == 1, "\(result)")
    return String(lines[0])
  }

  private func weights(_ result: ProcessResult) throws -> String {
    try #require(result.succeeded, "\(result)")
    return try #require(result.outputLines.last { $0.hasPrefix("weights ") })
  }

  @Test func aGradientThatIsNotFiniteNamesStepLayerAndRank() throws {
    let result = try run("enormous", rank: 1, step: 3, ranks: 2)
    #expect(result.ending == .exited(1), "\(result)")
    let text = try message(result)
    for words in [
      "the loss is no longer a finite number", "epoch 1, step 4 (step 4 of the run)", "that of conv1.weight",
      "on rank 1 on host ", " of 2 in epoch", "There is no checkpoint",
    ] { #expect(text.contains(words), "no '\(words)' in \(text)") }
  }

  @Test func aStepIsLeftOutOnAllRanksAlike() throws {
    let alone = try run("enormous", rank: 0, step: 3, "skip", ranks: 1)
    let together = try run("enormous", rank: 1, step: 3, "skip", ranks: 2)
    let unhurt = try run("none", rank: 0, step: 3, "skip", ranks: 2)
    #expect(try weights(alone) == weights(together))
    #expect(try weights(together).hasSuffix(", 1 left out"))
    #expect(try weights(unhurt).hasSuffix(", 0 left out"))
    #expect(try weights(unhurt).prefix(40) != weights(together).prefix(40))
    #expect(together.standardOutput.contains("left out step 4: loss is no longer a finite number"), "\(together)")
    #expect(together.standardOutput.contains("\"skipped_steps\":1"))
    #expect(!unhurt.standardOutput.contains("skipped_steps"))
    #expect(!together.standardOutput.contains("the weights changed"), "\(together)")
  }

  /// Nothing gets better by leaving out steps when the weights themselves are lost.
  @Test func weightsThatAreNotFiniteStopTheRun() throws {
    let result = try run("nan", rank: 0, step: 3, "skip", ranks: 1)
    #expect(result.ending == .exited(1), "\(result)")
    #expect(try message(result).contains("the weights themselves are not finite any more"))
  }

  @Test func aRankWithOtherWeightsIsNamed() throws {
    let result = try run("flipped-bit", rank: 2, step: 4, ranks: 4)
    #expect(result.ending == .exited(1), "\(result)")
    let text = try message(result)
    #expect(
      text.firstMatch(
        of: /the ranks do not agree on the weights after step 4: rank 2 on host \S+ has [0-9a-f]{32}, the other 3 have/)
        != nil, "\(text)")
  }
}
