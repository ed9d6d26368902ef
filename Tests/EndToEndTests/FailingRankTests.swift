import Foundation
import Synchronization
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
    #expect(result.seconds < 30)
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
    let mark = "\(UUID())"
    let arguments =
      ["train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run")]
      + Scratch.smallBatch + ["--epochs", "100000"]
    // A thread of its own: the test's is busy with the job. It waits for the midst of training, when an epoch is done.
    let killed = Mutex<ContinuousClock.Instant?>(nil)
    let metrics = scratch.path("run/metrics.jsonl")
    let killer = Thread {
      while !Thread.current.isCancelled {
        usleep(50_000)
        guard FileManager.default.contents(atPath: metrics)?.isEmpty == false else { continue }
        guard let victim = Self.process(mark: mark, rank: 1) else { continue }
        killed.withLock { $0 = .now }
        kill(victim, SIGKILL)
        return
      }
    }
    killer.start()
    defer { killer.cancel() }
    let result = try mpirun(
      ranks: 2, program: "dptrain", arguments: arguments, environment: ["DPTRAIN_TEST_MARK": mark], timeout: 120)
    let instant = try #require(killed.withLock { $0 }, "\(result)")
    #expect(ContinuousClock.now - instant < .seconds(20), "\(result)")
    #expect(!result.succeeded && result.ending != .timedOut, "\(result)")
    #expect(!scratch.exists("run/dense.safetensors"))
    #expect(Self.process(mark: mark, rank: 0) == nil, "rank 0 lives on")
  }

  /// The process of one rank of the job that carries a mark in its environment.
  private static func process(mark: String, rank: Int) -> pid_t? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.first { process in
      guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return false }
      let variables = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return variables.contains("DPTRAIN_TEST_MARK=\(mark)") && variables.contains("OMPI_COMM_WORLD_RANK=\(rank)")
    }
  }
}
