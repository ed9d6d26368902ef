import Foundation
import TestSupport
import Testing

/// Which checkpoints stay, and what happens where the disk does not take them.
struct KeptCheckpointTests {
  /// Five steps an epoch, one checkpoint at the end of each.
  private func arguments(_ scratch: Scratch) throws -> [String] {
    ["train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--learning-rate", "0.1"] + Scratch.smallBatch
  }

  @Test func theLastOnesAndTheBestStay() throws {
    let scratch = try Scratch()
    let arguments = try arguments(scratch) + ["--epochs", "8", "--checkpoint-steps", "5", "--keep-checkpoints", "2"]
    // Two processes: the second must know what the first has left.
    let first = try dptrain(arguments + ["--output", scratch.path("run"), "--stop-after-steps", "24"])
    #expect(first.ending == .exited(75), "\(first)")
    let second = try dptrain(arguments + ["--output", scratch.path("run"), "--resume"], ranks: 2)
    #expect(second.succeeded, "\(second)")
    let run = FinishedRun(result: second, url: scratch.url.appending(path: "run"))
    let accuracies = try run.metrics().compactMap { $0["test_accuracy"] as? Double }
    let highest = try #require(accuracies.max())
    let best = try #require(accuracies.firstIndex(of: highest))
    let expected = Set([best + 1, 7, 8].map { "step-\($0 < 2 ? "0000000" : "000000")\(5 * $0).safetensors" })
    #expect(Set(scratch.names("run/checkpoints")) == expected, "\(accuracies)")
  }

  @Test func byTimeAndNever() throws {
    let scratch = try Scratch()
    let images = try arguments(scratch) + ["--epochs", "2"]
    let often = try dptrain(images + ["--output", scratch.path("often"), "--checkpoint-minutes", "1e-9"], ranks: 2)
    // One for each of the ten steps, and one where training hands over to the summary.
    #expect(often.succeeded && often.standardOutput.contains("11 checkpoints: each held the run up for "), "\(often)")
    #expect(scratch.names("often/checkpoints").count >= 3)
    let never = try dptrain(images + ["--output", scratch.path("never"), "--checkpoint-minutes", "0"])
    #expect(never.succeeded && scratch.names("never/checkpoints") == [], "\(never)")
    #expect(
      often.outputLines.first { $0.hasPrefix("weights ") } == never.outputLines.first { $0.hasPrefix("weights ") })
  }

  /// The disk has room for one checkpoint and the model, not for two checkpoints.
  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"), arguments: [nil, 2])
  func aFullDiskDoesNotEndTheRun(ranks: Int?) throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(kilobytes: 1_500, besidesModelIn: "run")
    let arguments = try arguments(scratch) + ["--epochs", "1", "--checkpoint-steps", "1", "--keep-checkpoints", "1"]
    let result = try dptrain(arguments + ["--output", disk.path("run")], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    let warning = try #require(result.outputLines.first { $0.hasPrefix("warning: ") }, "\(result)")
    #expect(warning.contains("a checkpoint could not be written, and the run goes on without it: "))
    #expect(warning.contains("step-00000002.safetensors: No space left on device"))
    #expect(try disk.names("run/checkpoints") == ["step-00000001.safetensors"])
    let whole = try StoppedRun.uninterrupted(scratch, arguments)
    #expect(result.outputLines.first { $0.hasPrefix("weights ") } == whole.weights)
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
  func aStopThatCannotBeKeptIsAnError() throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(kilobytes: 1_200, besidesModelIn: "run")
    let arguments = try arguments(scratch) + ["--epochs", "1", "--checkpoint-steps", "1", "--output", disk.path("run")]
    let result = try dptrain(arguments + ["--stop-after-steps", "3"], ranks: 2)
    expectRefusal(
      result,
      saying: [
        "the run had to stop, and its checkpoint could not be written: cannot write ", "step-00000003.safetensors",
        "The newest checkpoint is \(disk.path("run/checkpoints/step-00000001.safetensors"))",
      ], status: 1)
  }
}
