import Foundation
import TestSupport
import Testing
import Runs
import Training

/// Run directories that cannot take a run, and disks that cannot take its files.
struct BadPlaceTests {
  private func run(_ scratch: Scratch, to output: String, ranks: Int?) throws -> ProcessResult {
    try dptrain(arguments(scratch, output), ranks: ranks)
  }

  private func arguments(_ scratch: Scratch, _ output: String) throws -> [String] {
    ["--arch", "resnet8", "--data", try scratch.writeImages(), "--output", output] + Scratch.oneEpoch
  }

  @Test(arguments: [nil, 2])
  func aDirectoryInUseIsRefused(ranks: Int?) throws {
    let scratch = try Scratch()
    let other = try RunDirectory(path: scratch.path("run"), configuration: ["run": "the other's"])
    let before = scratch.names("run")
    let result = try run(scratch, to: other.path, ranks: ranks)
    expectRefusal(result, saying: ["in use by another run", "choose another with --output"], status: 1)
    #expect(scratch.names("run") == before)
    #expect(try String(decoding: scratch.contents("run/config.json"), as: UTF8.self).contains("the other's"))
  }

  @Test(arguments: [nil, 2])
  func aDirectoryThatHoldsARunIsRefused(ranks: Int?) throws {
    let scratch = try Scratch()
    try scratch.write(Data("precious".utf8), "run/dense.safetensors")
    let result = try run(scratch, to: scratch.path("run"), ranks: ranks)
    expectRefusal(result, saying: ["holds a run already (dense.safetensors)", "--output"], status: 1)
    #expect(scratch.names("run") == ["dense.safetensors"])
    #expect(try scratch.contents("run/dense.safetensors") == Data("precious".utf8))
  }

  @Test func aFileInTheWayIsRefused() throws {
    let scratch = try Scratch()
    try scratch.write(Data("precious".utf8), "run")
    let result = try run(scratch, to: scratch.path("run"), ranks: nil)
    expectRefusal(result, saying: ["run directory", "cannot be created: Not a directory", "--output"], status: 1)
    #expect(try scratch.contents("run") == Data("precious".utf8))
  }

  /// A place where even root cannot write.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "there is no /proc"), arguments: [nil, 2])
  func aPlaceWhereNobodyWritesIsRefused(ranks: Int?) throws {
    let result = try run(Scratch(), to: "/proc/run", ranks: ranks)
    expectRefusal(result, saying: ["the run directory /proc/run cannot be created: "], status: 1)
  }

  /// A limit on the size of files stops a model in the middle of its writing, as a full disk does, and needs no disk. The
  /// limit holds for the ranks alone: Open MPI's own files are larger.
  @Test(arguments: [1, 2])
  func aModelThatDoesNotFitLeavesNothing(ranks: Int) throws {
    let scratch = try Scratch()
    // 200 blocks are 100 or 200 KiB; the model takes 312. Signal 25 would otherwise end the process.
    let limited = ["-c", "trap '' 25; ulimit -f 200; exec \"$0\" \"$@\"", try builtExecutable("dptrain")]
    let result = try mpirun(
      ranks: ranks, program: "/bin/sh", arguments: limited + arguments(scratch, scratch.path("run")))
    expectRefusal(result, saying: ["cannot write \(scratch.path("run/dense.safetensors")): File too large"], status: 1)
    #expect(
      scratch.names("run").filter { !$0.contains("tfevents") }
        == ["checkpoints", "config.json", "metrics.jsonl", "report.html", "report.json", "tensorboard"])
    #expect(try scratch.contents("run/metrics.jsonl").last == UInt8(ascii: "\n"))
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"), arguments: [nil, 2])
  func aDiskThatFillsUpIsSaid(ranks: Int?) throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(kilobytes: 16_384)
    // Somebody else fills it while the run trains.
    let filler = Thread {
      while !Thread.current.isCancelled {
        usleep(1_000)
        guard FileManager.default.contents(atPath: disk.path("run/metrics.jsonl"))?.isEmpty == false else { continue }
        return disk.fill()
      }
    }
    filler.start()
    defer { filler.cancel() }
    let result = try dptrain(arguments(scratch, disk.path("run")) + ["--epochs", "100000"], ranks: ranks)
    expectRefusal(
      result, saying: ["cannot write \(disk.path("run/"))", ": No space left on device; free some space"], status: 1)
    // The report may not have come to be, and nothing is there in part.
    let whole: Set = [
      ".lock", "checkpoints", "config.json", "metrics.jsonl", "report.html", "report.json", "tensorboard",
    ]
    let names = Set(try disk.names("run"))
    #expect(names.isSubset(of: whole) && names.isSuperset(of: [".lock", "config.json", "metrics.jsonl"]), "\(names)")
  }
}
