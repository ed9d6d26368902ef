import Foundation
import Reports
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

  /// The report has the network before its first pruning, what the last one left, and says what is compared.
  @Test func theReportLooksAtTheFirstAndTheLastPruning() throws {
    let scratch = try Scratch()
    let run = try Self.run(scratch, "run")
    let record = try RunRecord(json: run.contents("report.json"))
    #expect(record.stages.map(\.kind) == [.unpruned, .pruned, .gradual, .finetuned])
    #expect(record.stages.map(\.sparsity).first == 0 && record.dense == nil)
    let metrics = try run.metrics()
    for (stage, line) in zip(record.stages, [0, 3, 4, 5]) {
      #expect(stage.accuracy == (metrics[line]["test_accuracy"] as? NSNumber)?.doubleValue, "\(stage.name)")
      #expect(stage.step == metrics[line]["step"] as? Int, "\(stage.name)")
    }
    let first = try #require(record.stages.first)
    #expect(first.convolutions.survivors == first.convolutions.weights)
    #expect((record.stages[1].threshold ?? 0) > 0 && record.stages.filter { $0.threshold != nil }.count == 1)
    let changes = try #require(record.changes)
    let last = try #require(record.stages.last)
    let images = Double(first.confusion.joined().reduce(0, +))
    #expect(Double(changes.lost - changes.won) == ((first.accuracy - last.accuracy) * images).rounded())
    #expect(changes.images.isEmpty == (changes.won > changes.lost || changes.lost == 0))
    let page = try run.text("report.html")
    for text in [
      "the network before its first pruning, after epoch 1 of 3",
      "Before its first pruning, after epoch 1: 76,720 weights",
      "The last of several prunings took what was smaller than", "Pruning by pruning", "1, epoch 1", "2, epoch 2",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("data-figure=\"accuracy-dense\""))
  }

  /// A run that stops right before its first pruning still has that look at the network.
  @Test func aResumedRunHasTheSameReport() throws {
    let scratch = try Scratch()
    let whole = try Self.run(scratch, "whole")
    let steps = try #require(whole.metrics().first?["step"] as? Int)
    let words =
      Self.arguments + [
        "--data", scratch.path("images"), "--output", scratch.path("stopped"), "--stop-after-steps", "\(steps)",
        "--resume",
      ]
    #expect(try dptrain(words).ending == .exited(75))
    let result = try dptrain(["resume", scratch.path("stopped")], ranks: 2)
    try #require(result.succeeded, "\(result)")
    func stages(_ name: String) throws -> [Stage] {
      try RunRecord(json: scratch.contents("\(name)/report.json")).stages.map { stage in
        var stage = stage
        stage.seconds = 0
        return stage
      }
    }
    #expect(try stages("stopped") == stages("whole"))
  }

  @Test(arguments: [2, 4])
  func anyNumberOfRanksEndsWithTheSameBits(ranks: Int) throws {
    let scratch = try Scratch()
    let alone = try Self.run(scratch, "alone")
    let together = try Self.run(scratch, "together", ranks: ranks)
    let model = "pruned.safetensors"
    try expectSameBytes(together.contents(model), alone.contents(model), model)
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
