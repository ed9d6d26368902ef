import Foundation
import TestSupport
import Testing

/// A run that is stopped again and again and resumed on other numbers of ranks ends as one that was never stopped.
struct ResumeTests {
  /// 192 images: three steps an epoch for the small network.
  private static let small = [
    "--arch", "resnet8", "--training-images", "192", "--epochs", "2", "--finetune-epochs", "1", "--prune", "0.9",
    "--learning-rate", "0.1", "--finetune-learning-rate", "0.05",
  ]

  /// Kinds of runs that keep different things from step to step.
  static let variants: [(name: String, stop: Int, arguments: [String])] = [
    (
      "two rounds", 1,
      ["run"] + small + ["--iterations", "2", "--round-learning-rate-decay", "0.5"] + Scratch.smallBatch
    ),
    (
      "two masked rounds with L1", 2,
      ["run"] + small + ["--iterations", "2", "--masked", "--l1", "1e-4"] + Scratch.smallBatch
    ),
    ("gradual", 1, ["run"] + small + ["--schedule", "cubic", "--epochs", "3", "--to-epoch", "2"] + Scratch.smallBatch),
    (
      "gradual and masked", 2,
      ["run"] + small + ["--schedule", "cubic", "--epochs", "3", "--to-epoch", "2", "--masked"] + Scratch.smallBatch
    ),
    (
      "dense training in the article's way", 1,
      ["train"] + small.prefix(6)
        + ["--recipe", "article", "--milestones", "1", "--learning-rate", "0.05", "--no-augment"] + Scratch.smallBatch
    ),
    (
      "gradients as bfloat16", 2, ["run"] + small + ["--exchange", "bfloat16"] + Scratch.smallBatch
    ),
    (
      "averaged", 1,
      ["run"] + small + ["--average", "0.9", "--no-decay-all", "--cutout", "8"] + Scratch.smallBatch
    ),
    (
      "gradual and averaged", 1,
      ["run"] + small + ["--average", "0.9", "--schedule", "cubic", "--epochs", "3", "--to-epoch", "2"]
        + Scratch.smallBatch
    ),
    (
      "two rounds that rewind weights", 1,
      ["run"]
        + small.filter { !["--finetune-epochs", "--finetune-learning-rate", "0.05"].contains($0) }.filter { $0 != "1" }
        + ["--iterations", "2", "--rewind", "weights", "--rewind-epoch", "1", "--holdout", "64"] + Scratch.smallBatch
    ),
    // Dead taps: resnet8 has none.
    (
      "resnet18 with L1", 1,
      [
        "run", "--arch", "resnet18", "--training-images", "64", "--epochs", "2", "--finetune-epochs", "1", "--prune",
        "0.98",
        "--learning-rate", "0.02", "--finetune-learning-rate", "0.01", "--l1", "1e-4", "--batch-size", "32",
        "--microbatch", "16",
      ]
    ),
    (
      "resnet18 by AdamW with L1", 1,
      [
        "run", "--arch", "resnet18", "--training-images", "64", "--epochs", "2", "--finetune-epochs", "1", "--prune",
        "0.98", "--optimizer", "adamw", "--schedule", "cubic", "--to-epoch", "1",
        "--learning-rate", "0.002", "--finetune-learning-rate", "0.001", "--l1", "1e-4", "--batch-size", "32",
        "--microbatch", "16",
      ]
    ),
    (
      "resnet18 masked with L1", 1,
      [
        "run", "--arch", "resnet18", "--training-images", "64", "--epochs", "1", "--finetune-epochs", "1", "--prune",
        "0.98",
        "--learning-rate", "0.02", "--finetune-learning-rate", "0.01", "--l1", "1e-4", "--masked", "--batch-size", "32",
        "--microbatch", "16",
      ]
    ),
  ]

  @Test(arguments: variants)
  func stoppedAndResumedItEndsAlike(name: String, stop: Int, arguments: [String]) throws {
    let scratch = try Scratch()
    let arguments = arguments + ["--data", try scratch.writeImages()]
    let whole = try StoppedRun.uninterrupted(scratch, arguments)
    // resnet18's batch has two microbatches, the other's four.
    let ranks: [Int?] = arguments.contains("resnet18") ? [nil, 2] : [nil, 4, 2]
    let stopped = try StoppedRun(scratch, "stopped", arguments + ["--stop-after-steps", String(stop)], ranks: ranks)
    #expect(stopped.stops >= 4, "\(stopped.stops) stops")
    try expectSame(stopped.run, whole)
  }

  @Test func aPrunedModelIsPrunedFurther() throws {
    let scratch = try Scratch()
    let images = try scratch.writeImages()
    let first = try StoppedRun.uninterrupted(scratch, ["run"] + Self.small + ["--data", images] + Scratch.smallBatch)
    let arguments =
      ["prune", first.path("pruned.safetensors"), "--data", images, "--prune", "0.95", "--finetune-epochs", "2"]
      + Scratch.smallBatch
    let whole = try StoppedRun.uninterrupted(scratch, arguments, "again")
    let stopped = try StoppedRun(scratch, "stopped", arguments + ["--stop-after-steps", "3"], ranks: [2, nil])
    // Five steps an epoch.
    #expect(stopped.stops == 3)
    try expectSame(stopped.run, whole)
  }

  /// The directory alone says what the run is.
  @Test func theDirectoryIsEnough() throws {
    let scratch = try Scratch()
    let arguments = ["run"] + Self.small + ["--data", try scratch.writeImages()] + Scratch.smallBatch
    let whole = try StoppedRun.uninterrupted(scratch, arguments)
    let output = scratch.path("stopped")
    let first = try dptrain(arguments + ["--output", output, "--stop-after-steps", "4"], ranks: 2)
    #expect(first.ending == .exited(75), "\(first)")
    #expect(first.standardOutput.contains("stopped after step 4; go on with: dptrain resume \(output)"))
    let second = try dptrain(["resume", output])
    #expect(second.succeeded && second.standardOutput.contains("going on from \(output)/checkpoints/step-00000004"))
    try expectSame(FinishedRun(result: second, url: scratch.url.appending(path: "stopped")), whole)
    // The end is not the beginning of another run.
    let names = scratch.names("stopped")
    for words in [["resume", output], arguments + ["--output", output, "--resume"]] {
      let third = try dptrain(words)
      #expect(third.succeeded && third.standardOutput.contains("holds a finished run"), "\(third)")
      #expect(third.outputLines.last == whole.weights)
      #expect(scratch.names("stopped") == names)
    }
  }

  /// A run that was killed before its first checkpoint.
  @Test func withoutACheckpointItBeginsAfresh() throws {
    let scratch = try Scratch()
    let arguments = ["run"] + Self.small + ["--data", try scratch.writeImages()] + Scratch.smallBatch
    let whole = try StoppedRun.uninterrupted(scratch, arguments)
    let output = scratch.path("killed")
    let first = try dptrain(arguments + ["--output", output, "--stop-after-steps", "8"])
    #expect(first.ending == .exited(75), "\(first)")
    for name in scratch.names("killed/checkpoints") where name.hasPrefix("step-") {
      try FileManager.default.removeItem(atPath: scratch.path("killed/checkpoints/\(name)"))
    }
    let second = try dptrain(arguments + ["--output", output, "--resume"], ranks: 2)
    #expect(second.succeeded && second.standardOutput.contains("there is no checkpoint yet"), "\(second)")
    try expectSame(FinishedRun(result: second, url: scratch.url.appending(path: "killed")), whole)
  }
}
