import Foundation
import TestSupport
import Testing
import Runs
import Training

/// Runs that cannot go on: refused before anything is written.
struct ResumeRefusalTests {
  private static let training = ["--arch", "resnet8", "--learning-rate", "0.1"] + Scratch.smallBatch

  /// A directory with a run that was stopped.
  private func stopped(_ scratch: Scratch) throws -> [String] {
    let arguments =
      ["--data", try scratch.writeImages(), "--output", scratch.path("run"), "--epochs", "2"] + Self.training
    #expect(try dptrain(arguments + ["--stop-after-steps", "2"]).ending == .exited(75))
    return arguments
  }

  private func expectUntouched(
    _ scratch: Scratch, _ arguments: [String], saying words: [String], status: Int32 = 1, ranks: Int? = nil
  ) throws {
    let names = scratch.names("run")
    let before = names.map { try? scratch.contents("run/\($0)") }
    expectRefusal(try dptrain(arguments, ranks: ranks), saying: words, status: status)
    #expect(scratch.names("run") == names)
    #expect(names.map { try? scratch.contents("run/\($0)") } == before)
  }

  @Test(arguments: [nil, 2])
  func otherSettingsAreListed(ranks: Int?) throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    try expectUntouched(
      scratch, arguments + ["--resume", "--seed", "7", "--epochs", "3", "--prune", "0.5", "--nesterov"],
      saying: [
        "holds a run with other settings: dense.epochs is 2 in the run, 3 in the command; ",
        "pruning.amount is 0.98 in the run, 0.5 in the command; seed is 0 in the run, 7 in the command. ",
        "dptrain resume",
      ], ranks: ranks)
    try expectUntouched(
      scratch, ["train"] + arguments + ["--resume"], saying: ["kind is run in the run, train in the command"])
  }

  @Test func otherImagesAreRefused() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    var images = try scratch.contents("images/data_batch_1.bin")
    images[16 * Scratch.recordSize + 100] ^= 1
    try scratch.write(images, "images/data_batch_1.bin")
    try expectUntouched(scratch, arguments + ["--resume"], saying: ["dataHash is "])
    try expectUntouched(scratch, ["resume", scratch.path("run")], saying: ["dataHash is "])
  }

  @Test func withoutTheFlagARunIsNotGoneOnWith() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    try expectUntouched(scratch, arguments, saying: ["holds a run already (config.json): go on with it by --resume"])
  }

  @Test func aRunThatGoesOnElsewhereIsRefused() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    let other = try RunDirectory(resuming: scratch.path("run"))
    try expectUntouched(scratch, arguments + ["--resume"], saying: ["in use by another run"], ranks: 2)
    withExtendedLifetime(other) {}
  }

  @Test func settingsThatCannotBeReadAreRefused() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    try scratch.write(Data("{}".utf8), "run/config.json")
    try expectUntouched(scratch, arguments + ["--resume"], saying: ["its config.json cannot be understood"])
  }

  /// A checkpoint of another run that somebody copied here.
  @Test func aCheckpointOfAnotherRunIsNotTaken() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    let other = try dptrain(arguments + ["--output", scratch.path("other"), "--seed", "1", "--stop-after-steps", "4"])
    #expect(other.ending == .exited(75), "\(other)")
    try scratch.write(
      try scratch.contents("other/checkpoints/step-00000004.safetensors"), "run/checkpoints/step-00000004.safetensors")
    let result = try dptrain(arguments + ["--resume", "--stop-after-steps", "1"])
    #expect(result.ending == .exited(75), "\(result)")
    #expect(result.standardOutput.contains("step-00000004.safetensors: it belongs to a run with other settings"))
    #expect(result.standardOutput.contains("after step 3;"))
  }

  @Test func batchesThatTheRanksDoNotDivideAreRefused() throws {
    let scratch = try Scratch()
    let arguments = try stopped(scratch)
    try expectUntouched(
      scratch, arguments + ["--resume"], saying: ["4 microbatches cannot be split evenly over 3 ranks"], ranks: 3)
  }

  @Test func aRunThatIsNotThereIsRefused() throws {
    try Refusal("nowhere", saying: "nowhere holds no run to resume") { _ in ["resume", "nowhere"] }
      .check(ranks: 2, status: 2)
  }

  @Test(
    arguments: [
      (["--resume"], "--resume needs --output"),
      (["--checkpoint-steps", "0"], "--checkpoint-steps must be at least 1"),
      (["--checkpoint-minutes=-1"], "--checkpoint-minutes must not be negative"),
      (["--checkpoint-minutes", "nan"], "--checkpoint-minutes must not be negative"),
      (["--keep-checkpoints", "0"], "--keep-checkpoints must be from 1 to 1000000"),
      (["--keep-checkpoints", "9223372036854775807"], "--keep-checkpoints must be from 1 to 1000000"),
      (["--stop-after-steps", "0"], "--stop-after-steps must be at least 1"),
      (["--on-nonfinite", "hope"], "'hope'"), (["--verify-every=-1"], "--verify-every must not be negative"),
      (["--requeue=-1"], "--requeue must not be negative"), (["resume"], "<directory>"),
    ] as [([String], String)])
  func optionsOutsideTheirRangeAreRefused(arguments: [String], message: String) throws {
    try Refusal("", saying: message) { _ in arguments }.check(ranks: nil, status: 2)
  }
}
