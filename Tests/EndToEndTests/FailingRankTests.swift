import Foundation
import TestSupport
import Testing

/// One rank fails, and the whole job ends.
struct FailingRankTests {
  /// All ranks but one have their images: the job ends in order, with that rank's message and status.
  @Test func aRankThatCannotReadEndsAll() throws {
    let scratch = try Scratch()
    let arguments = ["--arch", "resnet8", "--output", scratch.path("run")] + Scratch.oneEpoch + ["--data"]
    let second = ["-n", "1", try builtExecutable("dptrain")] + arguments + [scratch.path("nowhere")]
    let result = try mpirun(
      ranks: 1, program: "dptrain", arguments: arguments + [try scratch.writeImages()] + [":"] + second)
    expectRefusal(result, saying: ["dptrain: rank 1 on host ", "there is no directory"], status: 1)
    #expect(!scratch.exists("run"))
    #expect(!result.standardError.contains("MPI_ABORT"), "\(result)")
    #expect(result.seconds < 30 * patience)
  }

  @Test(arguments: [nil, 2])
  func trainingThatDivergesIsSaidOnce(ranks: Int?) throws {
    let scratch = try Scratch()
    let result = try dptrain(
      [
        "train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run"),
        "--learning-rate", "1e30", "--learning-rate-schedule", "constant", "--epochs", "2",
      ] + Scratch.smallBatch, ranks: ranks)
    expectRefusal(
      result,
      saying: ["the loss is no longer a finite number; ", " in epoch 1, step ", "try a smaller --learning-rate"],
      status: 1)
    #expect(!scratch.exists("run/dense.safetensors"))
  }

  /// The system kills a rank, as it does when memory runs out: nobody waits for it.
  @Test func aRankThatIsKilledEndsAll() throws {
    let scratch = try Scratch()
    let arguments =
      ["train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run")]
      + Scratch.smallBatch + ["--epochs", "100000"]
    let mishap = Mishap(rank: 1, onceThereAre: scratch.path("run/metrics.jsonl")) { kill($0, SIGKILL) }
    defer { mishap.cancel() }
    let result = try mpirun(
      ranks: 2, program: "dptrain", arguments: arguments, environment: ["DPTRAIN_TEST_MARK": mishap.mark], timeout: 120)
    let instant = try #require(mishap.happened, "\(result)")
    #expect(ContinuousClock.now - instant < Duration.seconds(20) * patience, "\(result)")
    #expect(!result.succeeded && result.ending != .timedOut, "\(result)")
    #expect(!scratch.exists("run/dense.safetensors"))
    #expect(rankProcess(mark: mishap.mark, rank: 0) == nil, "rank 0 lives on")
  }
}
