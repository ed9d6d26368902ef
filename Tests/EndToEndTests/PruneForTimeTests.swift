import Foundation
import TestSupport
import Testing

/// Scores and targets from the command line.
struct PruneForTimeTests {
  private func prune(_ scratch: Scratch, _ model: String, _ arguments: [String], ranks: Int? = nil) throws
    -> ProcessResult
  {
    try dptrain(
      ["prune", model, "--data", try scratch.writeImages(), "--output", scratch.path("run"), "--finetune-epochs", "0"]
        + Scratch.smallBatch + arguments, ranks: ranks)
  }

  /// The share of multiply-adds and the predicted factor that the report gives after the last round.
  private func cost(_ result: ProcessResult) throws -> (share: Double, speedup: Double) {
    let line = try #require(result.outputLines.last { $0.contains("of the dense network's; predicted inference") })
    let match = try #require(line.firstMatch(of: /, ([0-9.]+) % of the dense .* ([0-9.]+)× as fast/))
    return (try #require(Double(match.1)), try #require(Double(match.2)))
  }

  @Test(arguments: [nil, 4], ["l1", "l1-per-cost", "lamp", "erk", "uniform"])
  func aShareOfTheMultiplyAdds(ranks: Int?, score: String) throws {
    let scratch = try Scratch()
    let model = try FinishedRun.on(ranks: 2).path("dense.safetensors")
    let result = try prune(scratch, model, ["--target-macs", "0.2", "--score", score], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    let share = try cost(result).share
    #expect(share <= 20 && share > 19.9, "\(result)")
    let inspected = try dptrain(["inspect", scratch.path("run/pruned.safetensors")])
    let line = try #require(inspected.outputLines.first { $0.hasPrefix("all convolutions") })
    #expect(line.contains(" 20.0 % ") || line.contains(" 19.9 % "), "\(inspected)")
    let configuration = try String(decoding: scratch.contents("run/config.json"), as: UTF8.self)
    #expect(
      configuration.contains("\"score\" : \"\(score)\"") && configuration.contains("\"targetMultiplyAdds\" : 0.2"))
  }

  @Test func aPredictedSpeedupInRounds() throws {
    let scratch = try Scratch()
    let model = try FinishedRun.on(ranks: 2).path("dense.safetensors")
    let result = try prune(
      scratch, model, ["--target-speedup", "1.8", "--score", "l1-per-cost", "--cost-power", "0.7", "--iterations", "2"])
    #expect(result.succeeded, "\(result)")
    #expect(try abs(cost(result).speedup - 1.8) < 0.051, "\(result)")
    #expect(result.standardOutput.contains("predicted inference 1.3× as fast"), "\(result)")
  }

  @Test func targetsThatCannotBeMet() throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    for (arguments, words) in [
      (["--target-macs", "0.9"], ["of the multiply-adds already", "nothing to prune"]),
      (["--target-speedup", "100000"], ["cannot be reached", "a speed-up of"]),
    ] {
      let scratch = try Scratch()
      let result = try prune(scratch, model, arguments)
      expectRefusal(result, saying: words, status: 1)
      #expect(!scratch.exists("run"))
    }
  }

  @Test func amountsThatLeaveNothing() throws {
    let model = try FinishedRun.on(ranks: 2).path("dense.safetensors")
    let result = try prune(try Scratch(), model, ["--prune-count", "76719"])
    expectRefusal(result, saying: ["nothing of the image reaches the result", "at most", "an amount of"], status: 1)
  }

  /// The file's weights are larger in shortcuts than in the layers that they bridge.
  @Test func layersThatEndEmptyAreReported() throws {
    let scratch = try Scratch()
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let model = tests.appending(path: "Golden/resnet8-state.safetensors").path()
    let result = try prune(scratch, model, ["--prune", "0.97"])
    #expect(result.succeeded, "\(result)")
    let note =
      "note: 3 layers are empty now: layer2.0.conv2.weight, layer3.0.conv1.weight, layer3.0.conv2.weight"
    #expect(result.outputLines.contains(note), "\(result)")
    #expect(try String(decoding: scratch.contents("run/report.txt"), as: UTF8.self).contains(note))
  }

  @Test func inspectComparesScores() throws {
    let run = try FinishedRun.on(ranks: 2)
    let dense = try dptrain(["inspect", run.path("dense.safetensors")])
    #expect(dense.standardOutput.contains("Pruned to 98 % of the convolution weights"), "\(dense)")
    for name in ["l1 ", "l1-per-cost, power 0.5 ", "l1-per-cost, power 1 ", "lamp ", "erk ", "uniform "] {
      #expect(dense.outputLines.count { $0.hasPrefix(name) } == 1, "\(dense)")
    }
    #expect(dense.outputLines.dropFirst().allSatisfy { $0.count <= 120 }, "\(dense)")
    let pruned = try dptrain(["inspect", run.path("pruned.safetensors")])
    #expect(pruned.succeeded && !pruned.standardOutput.contains("Pruned to"))
    #expect(pruned.standardOutput.contains("Predicted inference:"))
    let further = try dptrain(["inspect", run.path("pruned.safetensors"), "--prune", "0.99"])
    #expect(further.standardOutput.contains("Pruned to 99 % of the convolution weights"), "\(further)")
  }
}
