import Foundation
import Formats
import TestSupport
import Testing

/// What training may and may not touch, and what it learns from.
struct RegularizationTests {
  private static let arguments = ["train", "--arch", "resnet8", "--epochs", "1"] + Scratch.smallBatch

  private static func model(_ scratch: Scratch, _ name: String, _ more: [String]) throws -> SafetensorsFile {
    let images = scratch.exists("images") ? scratch.path("images") : try scratch.writeImages()
    let result = try dptrain(arguments + more + ["--data", images, "--output", scratch.path(name)])
    try #require(result.succeeded, "\(result)")
    return try SafetensorsFile(path: scratch.path("\(name)/dense.safetensors"))
  }

  /// Weight decay so strong that it, and nothing else, is seen after a step: scales of normalization begin at 1.
  @Test func decayLeavesNormalizationAlone() throws {
    let scratch = try Scratch()
    let strong = ["--weight-decay", "100", "--learning-rate", "0.001", "--learning-rate-schedule", "constant"]
    let all = try Self.model(scratch, "all", strong)
    let weights = try Self.model(scratch, "weights", strong + ["--no-decay-all"])
    for name in all.names where try name.hasSuffix(".weight") && all.shape(name).count == 1 {
      #expect(try all.floats(name).allSatisfy { $0 < 0.8 }, "\(name)")
      #expect(try weights.floats(name).allSatisfy { abs($0 - 1) < 0.05 }, "\(name)")
    }
    // Weights themselves decay in both.
    let free = try Self.model(scratch, "free", ["--weight-decay", "0"] + strong.suffix(4))
    func norm(_ file: SafetensorsFile) throws -> Float { try file.floats("fc.weight").reduce(0) { $0 + $1 * $1 } }
    #expect(try norm(all) < 0.5 * norm(free) && norm(weights) < 0.5 * norm(free))
  }

  @Test(arguments: [
    [["--cutout", "8"], ["--cutout", "0"]], [["--crop-padding", "2"], ["--crop-padding", "4"]],
    [["--flips", "alternating"], ["--flips", "random"]],
  ])
  func whatImagesGoThroughChangesWhatIsLearned(flags: [[String]]) throws {
    let scratch = try Scratch()
    let models = try ([[]] + flags).enumerated().map { number, more in
      try Self.model(scratch, "run-\(number)", more).floats("fc.weight")
    }
    #expect(models[0] == models[1] && models[1] != models[2])
  }

  /// Test images that no one may look at: with noise in their place a run says and ends the same.
  @Test func heldOutImagesReplaceTheTestImages() throws {
    let scratch = try Scratch()
    let run = { (name: String) in
      let result = try dptrain(
        Self.arguments + ["--holdout", "64", "--data", scratch.path("images"), "--output", scratch.path(name)])
      try #require(result.succeeded, "\(result)")
      #expect(
        result.standardOutput.contains(
          "256 training images; the last 64 of them are held out and stand in for the test"))
      return FinishedRun(result: result, url: scratch.url.appending(path: name))
    }
    try scratch.writeImages()
    let first = try run("first")
    var other = Scratch.images("test_batch.bin")
    for index in other.indices where index % Scratch.recordSize != 0 { other[index] = ~other[index] }
    try scratch.write(other, "images/test_batch.bin")
    let second = try run("second")
    let page = try first.text("report.html")
    #expect(page.contains("Accuracy on the held-out training images") && !page.contains("test images"))
    #expect(first.weights == second.weights)
    #expect(try first.metrics().map { $0["test_loss"] } == second.metrics().map { $0["test_loss"] })

    let result = try dptrain(
      Self.arguments + ["--holdout", "320", "--data", scratch.path("images"), "--output", scratch.path("none")])
    expectRefusal(result, saying: ["cannot hold out 320 of 320 training images: expected 1 to 319"], status: 1)
    #expect(!scratch.exists("none"))
  }

  /// 62 % of resnet18's weights, and not one prediction.
  @Test(arguments: [nil, 2])
  func pruningDeadTapsChangesNothing(ranks: Int?) throws {
    let scratch = try Scratch()
    let result = try dptrain(
      [
        "run", "--data", try scratch.writeImages(), "--training-images", "64", "--epochs", "1", "--finetune-epochs",
        "0",
        "--batch-size", "32", "--microbatch", "16", "--learning-rate", "0.01", "--prune-dead", "--output",
        scratch.path("run"),
      ], ranks: ranks)
    try #require(result.succeeded, "\(result)")
    let metrics = try FinishedRun(result: result, url: scratch.url.appending(path: "run")).metrics()
    #expect(metrics.map { $0["phase"] as? String } == ["dense", "prune"])
    let losses = metrics.compactMap { $0["test_loss"] as? Double }
    #expect(losses.count == 2 && losses[0] == losses[1])
    let convolutions = try FinishedRun.convolutions(scratch.path("run/pruned.safetensors"))
    let zeros = convolutions.values.reduce(0) { $0 + $1.count { $0 == 0 } }
    let count = convolutions.values.reduce(0) { $0 + $1.count }
    // At 1×1 a 3×3 kernel has one live tap of nine; at its stride from 2×2 to 1×1, four.
    #expect(count == 11_166_912 && zeros == 3 * 512 * 512 * 8 + 512 * 256 * 5, "\(zeros)")
  }
}
