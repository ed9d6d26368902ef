import Foundation
import TestSupport
import Testing

/// `--schedule cubic`: pruning while the network trains.
struct GradualPruningTests {
  private static let arguments =
    [
      "--arch", "resnet8", "--schedule", "cubic", "--from-epoch", "0", "--to-epoch", "2", "--every", "1", "--prune",
      "0.96", "--epochs", "3", "--finetune-epochs", "1", "--learning-rate", "0.1", "--finetune-learning-rate", "0.05",
    ] + Scratch.smallBatch

  private static func run(_ scratch: Scratch, _ name: String, _ more: [String] = [], ranks: Int? = nil) throws
    -> FinishedRun
  {
    let images = scratch.exists("images") ? scratch.path("images") : try scratch.writeImages()
    let result = try dptrain(
      arguments + ["--data", images, "--output", scratch.path(name)] + more, ranks: ranks)
    try #require(result.succeeded, "\(result)")
    return FinishedRun(result: result, url: scratch.url.appending(path: name))
  }

  /// What is gone after each epoch follows Zhu and Gupta's curve: 1 - (1 - 1/2)³ of 0.96 after the first of two.
  @Test func weightsGoOnTheCubicCurve() throws {
    let scratch = try Scratch()
    let run = try Self.run(scratch, "run")
    let size = 76_720.0
    let all = size + 640
    let pruned = [(0.96 * 0.875 * size).rounded(.toNearestOrEven), (0.96 * size).rounded(.toNearestOrEven)]
    let metrics = try run.metrics()
    #expect(
      metrics.map { $0["phase"] as? String } == ["dense", "prune", "dense", "prune", "dense", "finetune"])
    #expect(metrics.map { $0["epoch"] as? Int } == [1, 1, 2, 2, 3, 1])
    let sparsities = metrics.compactMap { $0["sparsity"] as? Double }
    #expect(sparsities == [0, pruned[0], pruned[0], pruned[1], pruned[1], pruned[1]].map { $0 / all })
    #expect(
      scratch.names("run").filter { !$0.contains("tfevents") } == [
        "checkpoints", "checkpoints/gradual.safetensors", "config.json", "metrics.jsonl", "pruned.safetensors",
        "report.html", "report.json", "report.txt", "tensorboard",
      ])
    for file in ["checkpoints/gradual.safetensors", "pruned.safetensors"] {
      let zeros = try FinishedRun.convolutions(run.path(file)).values.reduce(0) { $0 + $1.count { $0 == 0 } }
      #expect(Double(zeros) == pruned[1], "\(file)")
    }
    #expect(run.result.standardOutput.contains("Training with gradual pruning: 3 epochs"))
  }

  @Test(arguments: [2, 4])
  func anyNumberOfRanksEndsWithTheSameBits(ranks: Int) throws {
    let scratch = try Scratch()
    let alone = try Self.run(scratch, "alone")
    let together = try Self.run(scratch, "together", ranks: ranks)
    #expect(try together.contents("pruned.safetensors") == alone.contents("pruned.safetensors"))
  }

  /// Momentum goes along when the survivors move together: a run whose pruned weights stay as zeros, and whose momentum
  /// therefore stays where it is, has the same losses right after the first pruning.
  @Test func momentumGoesAlong() throws {
    let scratch = try Scratch()
    let losses = try [[], ["--masked"]].enumerated().map { number, more in
      let metrics = try Self.run(scratch, "run-\(number)", more).metrics()
      return try #require(metrics[2]["train_loss"] as? Double)
    }
    #expect(abs(losses[0] - losses[1]) < 1e-3 * losses[0], "\(losses)")
  }

  @Test func aModelFromAFileIsPrunedInRounds() throws {
    let scratch = try Scratch()
    let run = try Self.run(scratch, "run")
    let result = try dptrain(
      ["prune", run.path("pruned.safetensors"), "--schedule", "cubic", "--output", scratch.path("again")])
    expectRefusal(result, saying: ["cubic"], status: 2)
    #expect(!scratch.exists("again"))
  }
}
