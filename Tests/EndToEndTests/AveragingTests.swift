import Foundation
import Kernels
import TestSupport
import Testing
import Training

/// `--average`: what is evaluated and kept is a moving average of the weights.
struct AveragingTests {
  private static let arguments =
    ["train", "--arch", "resnet8", "--epochs", "2", "--average", "0.7", "--learning-rate", "0.2"] + Scratch.smallBatch

  /// Checkpoints after every step have both, the weights and their average.
  @Test func theAverageFollowsTheWeights() throws {
    let scratch = try Scratch()
    let result = try dptrain(
      Self.arguments + [
        "--data", try scratch.writeImages(), "--output", scratch.path("run"), "--checkpoint-steps", "1",
        "--keep-checkpoints", "20",
      ], ranks: 2)
    try #require(result.succeeded, "\(result)")
    let checkpoints = try (1...10).map { step in
      let digits = step < 10 ? "0\(step)" : "\(step)"
      return try Checkpoint(path: scratch.path("run/checkpoints/step-000000\(digits).safetensors"))
    }
    var averages: [[Float]] = []
    for checkpoint in checkpoints { averages.append(try #require(checkpoint.optimizer?.average)) }
    for step in 2...10 {
      let decay = min(Float(0.7), Float(1 + step) / Float(10 + step))
      let expected = zip(averages[step - 2], checkpoints[step - 1].arena).map { $0 + (1 - decay) * ($1 - $0) }
      #expect(averages[step - 1] == expected, "after step \(step)")
    }
    let network = try checkpoints[9].network(classes: 10)
    _ = network.arena[0..<averages[9].count].update(fromContentsOf: averages[9])
    try network.save(to: scratch.path("average.safetensors"), classNames: [], normalization: .imageNet)
    let run = FinishedRun(result: result, url: scratch.url.appending(path: "run"))
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
