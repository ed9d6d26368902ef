import Foundation
import Kernels
import TestSupport
import Testing
import Runs
import Training

/// `--average`: what is evaluated and kept is a moving average of the weights.
struct AveragingTests {
  private static let arguments =
    ["train", "--arch", "resnet8", "--epochs", "2", "--average", "0.7", "--learning-rate", "0.2"] + Scratch.smallBatch

  /// The checkpoints of a run on two ranks, one after every step.
  private static func checkpoints(_ arguments: [String], _ scratch: Scratch, steps: Int) throws -> (
    checkpoints: [Checkpoint], run: FinishedRun
  ) {
    let result = try dptrain(
      arguments + [
        "--data", try scratch.writeImages(), "--output", scratch.path("run"), "--checkpoint-steps", "1",
        "--keep-checkpoints", "20",
      ], ranks: 2)
    try #require(result.succeeded, "\(result)")
    let checkpoints = try (1...steps).map { step in
      let digits = step < 10 ? "0\(step)" : "\(step)"
      return try Checkpoint(path: scratch.path("run/checkpoints/step-000000\(digits).safetensors"))
    }
    return (checkpoints, FinishedRun(result: result, url: scratch.url.appending(path: "run")))
  }

  /// Whether the average after a step is what one of 0.7 makes of the weights in its step `number`. Not an expectation: one that
  /// fails describes the arrays, and looks for their shortest edit.
  private static func follows(_ checkpoints: [Checkpoint], step: Int, number: Int) -> Bool {
    guard let before = checkpoints[step - 2].optimizer?.average, let after = checkpoints[step - 1].optimizer?.average
    else { return false }
    let decay = min(Float(0.7), Float(1 + number) / Float(10 + number))
    return after == zip(before, checkpoints[step - 1].arena).map { $0 + (1 - decay) * ($1 - $0) }
  }

  /// Checkpoints after every step have both, the weights and their average.
  @Test func theAverageFollowsTheWeights() throws {
    let scratch = try Scratch()
    let (checkpoints, run) = try Self.checkpoints(Self.arguments, scratch, steps: 10)
    for step in 2...10 {
      let follows = Self.follows(checkpoints, step: step, number: step)
      #expect(follows, "step \(step)")
    }
    let network = try checkpoints[9].network(classes: 10)
    let average = try #require(checkpoints[9].optimizer?.average)
    _ = network.arena[0..<average.count].update(fromContentsOf: average)
    try network.save(to: scratch.path("average.safetensors"), classNames: [], normalization: .imageNet)
    #expect(
      try FinishedRun.convolutions(run.path("dense.safetensors"))
        == FinishedRun.convolutions(scratch.path("average.safetensors")))

    // The last epoch was evaluated as the model is that was kept.
    let evaluation = try dptrain(["evaluate", run.path("dense.safetensors"), "--data", scratch.path("images")])
    let loss = try #require(
      evaluation.standardOutput.firstMatch(of: /test loss ([0-9.]+), accuracy/).flatMap { Double($0.1) })
    let last = try #require(try run.metrics().last?["test_loss"] as? Double)
    #expect(abs(loss - last) < 1e-3, "\(loss), \(last)")
  }

  /// What was before a pruning is forgotten as soon as the random weights of the beginning are.
  @Test func gradualPruningBeginsItAnew() throws {
    let scratch = try Scratch()
    let arguments =
      [
        "--arch", "resnet8", "--schedule", "cubic", "--from-epoch", "0", "--to-epoch", "2", "--prune", "0.9",
        "--masked", "--epochs", "3", "--finetune-epochs", "0", "--average", "0.7", "--learning-rate", "0.2",
      ] + Scratch.smallBatch
    let (checkpoints, _) = try Self.checkpoints(arguments, scratch, steps: 15)
    for step in 2...15 {
      let follows = Self.follows(checkpoints, step: step, number: (step - 1) % 5 + 1)
      #expect(follows, "step \(step)")
    }
  }

  @Test func theRecipeHasAnAverage() throws {
    let scratch = try Scratch()
    let images = try scratch.writeImages()
    let weights = try [["--average", "0.99"], [], ["--average", "0"]].enumerated().map { number, more in
      let arguments = Self.arguments.filter { !["--average", "0.7"].contains($0) } + more
      let result = try dptrain(arguments + ["--data", images, "--output", scratch.path("run-\(number)")])
      return FinishedRun(result: result, url: scratch.url).weights
    }
    #expect(weights[0] != nil && weights[0] == weights[1] && weights[1] != weights[2])
  }
}
