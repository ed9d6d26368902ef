import Foundation
import Pruning
import Runs
import TestSupport
import Testing
import Training

/// Run directories of dptrain 0.1.0, whose `config.json` has no version, made with `dptrain --data synthetic --arch resnet8
/// --training-images 128 --batch-size 64 --microbatch 16` and what stands at each.
struct OlderRunsTests {
  /// `--epochs 2 --prune-amounts 0.0005,0.001 --rewind learning-rate --rewind-epoch 1 --seed 7`
  private static let rounds = PruningConfiguration(
    .listed([0.0005, 0.001]), recovery: .rewind(Rewinding(.learningRate, epoch: 1)))

  /// `--epochs 3 --finetune-epochs 1 --target-macs 0.2 --schedule cubic --score l1-per-cost --learning-rate-schedule cosine`
  private static func cubic() throws -> PruningConfiguration {
    PruningConfiguration(
      .cubic(try CubicSchedule(firstEpoch: 0, lastEpoch: 3), to: .cost(.multiplyAdds(0.2))), score: .l1PerCost)
  }

  /// The flags of `stopped`, which was stopped with `--stop-after-steps 5 --checkpoint-minutes 0`.
  private static let flags = [
    "--data", "synthetic", "--arch", "resnet8", "--training-images", "128", "--batch-size", "64", "--microbatch", "16",
    "--epochs", "3", "--finetune-epochs", "1", "--prune-count", "76000", "--prune-linear", "0.9", "--schedule", "cubic",
    "--to-epoch", "2",
  ]
  /// What that program ended with on the machine where the checkpoint was made.
  private static let weights = "weights 6b4240939a59d6c36d7b77a544805e75"

  private static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Runs-0.1")

  private func configuration(_ name: String) throws -> RunConfiguration {
    let file = Self.directory.appending(path: "\(name)/config.json")
    return try RunConfiguration(json: String(contentsOf: file, encoding: .utf8), of: name)
  }

  /// All three in a directory that may be written.
  private func copies() throws -> Scratch {
    let scratch = try Scratch()
    try FileManager.default.copyItem(at: Self.directory, to: scratch.url.appending(path: "runs"))
    return scratch
  }

  @Test func theirSettingsAreRead() throws {
    let rounds = try configuration("rounds")
    #expect(rounds.pruning == Self.rounds && rounds.seed == 7 && rounds.dense.epochs == 2)
    var expected = Recipe.quick.syntheticConfiguration
    (expected.architecture, expected.trainingImages) = (.resnet8, 128)
    (expected.batchSize, expected.microbatch) = (64, 16)
    (expected.dense.epochs, expected.dense.schedule, expected.finetune.epochs) = (3, .cosine, 1)
    expected.pruning = try Self.cubic()
    let cubic = try configuration("cubic")
    (expected.data, expected.dataHash) = (cubic.data, cubic.dataHash)
    #expect(cubic == expected)
    let gradual = try CubicSchedule(firstEpoch: 0, lastEpoch: 2)
    #expect(
      try configuration("stopped").pruning
        == PruningConfiguration(.cubic(gradual, to: .count(76_000)), linearAmount: 0.9))
  }

  @Test func theyAreReported() throws {
    let scratch = try copies()
    for (name, word) in [("rounds", "rewinding.epoch"), ("cubic", "targetMultiplyAdds"), ("stopped", "pruning.count")] {
      let result = try dptrain(["report", scratch.path("runs/\(name)")])
      #expect(result.succeeded, "\(result)")
      let page = String(decoding: try scratch.contents("runs/\(name)/report.html"), as: UTF8.self)
      #expect(page.contains(word), "\(name)")
    }
    let finished = try dptrain(["resume", scratch.path("runs/rounds")])
    #expect(finished.succeeded && finished.standardOutput.contains("holds a finished run"), "\(finished)")
  }

  @Test func theyAreResumed() throws {
    let scratch = try copies()
    func weights(_ arguments: [String]) throws -> String? {
      let result = try dptrain(arguments, directory: scratch.url)
      #expect(result.succeeded, "\(result)")
      return result.outputLines.last { $0.hasPrefix("weights ") }
    }
    let resumed = try weights(Self.flags + ["--output", "runs/stopped", "--resume"])
    // Where a CPU has other kernels, the first steps would have had other bits.
    if try weights(Self.flags + ["--output", "whole"]) == Self.weights { #expect(resumed == Self.weights) }
    #expect(
      try scratch.contents("runs/stopped/config.json")
        == Data(contentsOf: Self.directory.appending(path: "stopped/config.json")))
  }
}
