import Foundation
import TestSupport
import Testing
import Runs
import Training

/// `--rewind`: after pruning, training goes back to an epoch of dense training.
struct RewindingTests {
  private static let arguments =
    ["run", "--arch", "resnet8", "--epochs", "3", "--prune", "0.8", "--learning-rate", "0.2", "--rewind-epoch", "1"]
    + Scratch.smallBatch

  /// Five steps an epoch.
  private static func run(_ scratch: Scratch, _ name: String, _ more: [String]) throws -> FinishedRun {
    let images = scratch.exists("images") ? scratch.path("images") : try scratch.writeImages()
    let result = try dptrain(arguments + more + ["--data", images, "--output", scratch.path(name)])
    #expect([.exited(0), .exited(75)].contains(result.ending), "\(result)")
    return FinishedRun(result: result, url: scratch.url.appending(path: name))
  }

  /// The rest of the epochs, at the learning rates that they had.
  @Test(arguments: ["weights", "learning-rate"])
  func learningRatesComeAgain(subject: String) throws {
    let scratch = try Scratch()
    let run = try Self.run(scratch, "run", ["--rewind", subject])
    func rates(_ phase: String) throws -> [Double] {
      try run.metrics().filter { $0["phase"] as? String == phase }.compactMap { $0["learning_rate"] as? Double }
    }
    let (dense, again) = (try rates("dense"), try rates("finetune"))
    #expect(dense.count == 3 && again == Array(dense.dropFirst()))
    #expect(run.result.standardOutput.contains("Training again from epoch 1 on: 2 epochs"), "\(run.result)")
    #expect(scratch.exists("run/checkpoints/rewind.safetensors") == (subject == "weights"))
  }

  /// Right after the first step survivors are still near the weights of that epoch, or near the dense network's.
  @Test func weightsComeAgain() throws {
    let scratch = try Scratch()
    var distances: [String: (kept: Float, dense: Float)] = [:]
    for subject in ["weights", "learning-rate"] {
      // Fifteen steps, and one more.
      _ = try Self.run(scratch, subject, ["--rewind", subject, "--stop-after-steps", "16", "--learning-rate", "0.2"])
      let kept = try FinishedRun.convolutions(scratch.path("weights/checkpoints/rewind.safetensors"))
      let dense = try FinishedRun.convolutions(scratch.path("\(subject)/dense.safetensors"))
      let model = scratch.path("\(subject)-after-a-step.safetensors")
      try Checkpoint(path: scratch.path("\(subject)/checkpoints/step-00000016.safetensors")).network(classes: 10)
        .save(to: model, classNames: [], normalization: .imageNet)
      let checkpoint = try FinishedRun.convolutions(model)
      var (toKept, toDense) = (Float(0), Float(0))
      for (name, values) in checkpoint {
        let (own, other) = (try #require(kept[name]), try #require(dense[name]))
        for index in values.indices where values[index] != 0 {
          toKept += (values[index] - own[index]) * (values[index] - own[index])
          toDense += (values[index] - other[index]) * (values[index] - other[index])
        }
      }
      distances[subject] = (toKept, toDense)
    }
    let (weights, rate) = (try #require(distances["weights"]), try #require(distances["learning-rate"]))
    #expect(weights.kept < 0.2 * weights.dense, "\(distances)")
    #expect(rate.dense < 0.2 * rate.kept, "\(distances)")
  }

  @Test func aModelFromAFileHasNoWeightsToGoBackTo() throws {
    let scratch = try Scratch()
    let run = try Self.run(scratch, "run", ["--rewind", "learning-rate"])
    let arguments = ["prune", run.path("dense.safetensors"), "--rewind", "weights", "--rewind-epoch", "1"]
    let result = try dptrain(arguments + ["--data", scratch.path("images"), "--output", scratch.path("again")])
    expectRefusal(result, saying: ["pruning.rewinding.subject", "learning-rate"], status: 2)
    #expect(!scratch.exists("again"))
  }
}
