import Foundation
import Formats
import TestSupport
import Testing

/// `evaluate`, `inspect` and `prune` on model files.
struct ModelCommandTests {
  @Test(
    arguments: [("dense.safetensors", "Before pruning"), ("pruned.safetensors", "After fine-tuning, round 2 of 2")],
    [nil, 4])
  func evaluateSaysWhatTheRunSaid(model: (file: String, heading: String), ranks: Int?) throws {
    let run = try FinishedRun.on(ranks: 2)
    let result = try dptrain(["evaluate", run.path(model.file), "--data", "synthetic"], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    #expect(result.outputLines.first?.contains("synthetic data (not CIFAR-10)") == true)
    let accuracy = try #require(run.result.accuracy(below: model.heading))
    #expect(result.accuracy() == accuracy, "\(result)")
    // The classification report too, line by line.
    let lines = result.outputLines.filter { $0.hasPrefix(" ") }
    #expect(lines.count > 10 && lines.allSatisfy { run.result.outputLines.contains($0) }, "\(result)")
    #expect(result.standardError.isEmpty, "\(result)")
  }

  @Test(arguments: [nil, 2])
  func inspectCountsOnce(ranks: Int?) throws {
    let run = try FinishedRun.on(ranks: 2)
    let result = try dptrain(["inspect", run.path("pruned.safetensors")], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    let total = try #require(result.outputLines.first { $0.hasPrefix("all convolutions") })
    #expect(total.contains(" 76,720 ") && total.contains(" 1,534 "))
    #expect(result.outputLines.count { $0.hasPrefix("conv1.weight") } == 1, "\(result)")
    #expect(result.standardOutput.contains("50.0× fewer convolution weights are"))
  }

  /// A `state_dict` that Python's safetensors wrote (`Tests/Golden/state_dictionary.py`).
  private func writeTorchvisionFile(_ scratch: Scratch) throws -> String {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Golden/resnet8-state.safetensors")
    try scratch.write(try Data(contentsOf: file), "model.safetensors")
    return scratch.path("model.safetensors")
  }

  @Test(arguments: [nil, 2])
  func aModelFromElsewhereIsPruned(ranks: Int?) throws {
    let scratch = try Scratch()
    let model = try writeTorchvisionFile(scratch)
    let before = try scratch.contents("model.safetensors")
    let result = try dptrain(
      ["prune", model, "--data", try scratch.writeImages(), "--output", scratch.path("run"), "--prune-count", "60001"]
        + Scratch.smallBatch + ["--finetune-epochs", "1", "--scope", "global"], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    #expect(result.outputLines.first?.hasPrefix("CIFAR-10 from ") == true)
    let pruned = try FinishedRun.convolutions(scratch.path("run/pruned.safetensors"))
    #expect(pruned.values.reduce(0) { $0 + $1.count { $0 == 0 } } == 60_001)
    #expect(!scratch.exists("run/dense.safetensors"))
    let configuration = try String(decoding: scratch.contents("run/config.json"), as: UTF8.self)
    #expect(configuration.contains("\"model\" : \"\(model)\""))
    try expectSameBytes(scratch.contents("model.safetensors"), before, "model.safetensors")
  }

  @Test func localPruningTakesTheSameFractionEverywhere() throws {
    let scratch = try Scratch()
    let result = try dptrain(
      [
        "prune", try writeTorchvisionFile(scratch), "--data", try scratch.writeImages(), "--output",
        scratch.path("run"),
        "--prune-amounts", "0.5,0.9", "--prune-linear", "0.25", "--scope", "local", "--finetune-epochs", "1",
      ] + Scratch.smallBatch)
    #expect(result.succeeded, "\(result)")
    for (round, amount) in [(1, 0.5), (2, 0.9)] {
      for (name, weights) in try FinishedRun.convolutions(scratch.path("run/checkpoints/round-\(round).safetensors")) {
        let expected = Int((amount * Double(weights.count)).rounded(.toNearestOrEven))
        #expect(weights.count { $0 == 0 } == expected, "\(name), round \(round)")
      }
    }
    let linear = try SafetensorsFile(path: scratch.path("run/pruned.safetensors")).floats("fc.weight")
    #expect(linear.count { $0 == 0 } == 160)
  }

  /// Without fine-tuning, what is left is what was there: a pruned model can be pruned on.
  @Test func aPrunedModelIsPrunedFurther() throws {
    let scratch = try Scratch()
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let images = try scratch.writeImages()
    func prune(_ amount: String) throws -> ProcessResult {
      try dptrain(
        ["prune", model, "--data", images, "--output", scratch.path("run-\(amount)"), "--prune", amount]
          + Scratch.smallBatch + ["--finetune-epochs", "0"])
    }
    let result = try prune("0.99")
    #expect(result.succeeded, "\(result)")
    // Nothing is said of a training that there was not.
    #expect(result.outputLines.contains("After pruning") && !result.standardOutput.contains("trained on"))
    #expect(!result.standardOutput.lowercased().contains("fine-tun"))
    let before = try FinishedRun.convolutions(model)
    let after = try FinishedRun.convolutions(scratch.path("run-0.99/pruned.safetensors"))
    #expect(after.values.reduce(0) { $0 + $1.count { $0 == 0 } } == Int((0.99 * 76_720).rounded(.toNearestOrEven)))
    for (name, weights) in before {
      for (old, new) in zip(weights, try #require(after[name])) where new != 0 { #expect(new == old) }
    }
    expectRefusal(try prune("0.5"), saying: ["75186 weights are pruned already", "larger amount"], status: 1)
  }
}
