import Foundation
import TestSupport
import Testing

/// Checkpoints that are not what was written are passed over by name; where no good one is left, nothing is touched.
struct DamagedCheckpointTests {
  private static let arguments =
    ["train", "--arch", "resnet8", "--epochs", "2", "--learning-rate", "0.1", "--checkpoint-steps", "2"]
    + Scratch.smallBatch

  /// What can happen to a file, and what is said of it.
  static let damages: [(name: String, words: String, change: @Sendable (inout Data) -> Void)] = [
    ("the end is missing", "truncated", { $0.removeLast(1000) }),
    ("nothing is left", "0 bytes are no safetensors file", { $0.removeAll() }),
    ("the first half is missing", "step-00000006.safetensors", { $0.removeFirst($0.count / 2) }),
    ("a bit of a tensor changed", "arena is not what was written: its checksum is", { $0[$0.count / 4] ^= 4 }),
    (
      "a bit of the state changed", "state is not what was written: its checksum is",
      { data in
        guard let place = data.range(of: Data("stepsDone\\\":".utf8)) else { return }
        data[place.upperBound] ^= 1
      }
    ),
    (
      "a bit of a checksum changed", "its checksum is",
      { data in
        guard let place = data.range(of: Data("checksum.momentum\":\"".utf8)) else { return }
        data[place.upperBound] ^= 1
      }
    ),
    (
      "a bit of a tensor's name changed", "its parts are not those that were written: momentum, momenuum",
      { data in
        guard let place = data.range(of: Data("\"momentum\":{".utf8)) else { return }
        data[place.lowerBound + 6] ^= 1
      }
    ),
    ("zeros in its place", "step-00000006.safetensors", { $0 = Data(count: $0.count) }),
  ]

  @Test(arguments: damages.indices)
  func theNextOlderOneIsTaken(index: Int) throws {
    let damage = Self.damages[index]
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages()]
    let whole = try StoppedRun.uninterrupted(scratch, arguments)
    let output = scratch.path("run")
    let first = try dptrain(arguments + ["--output", output, "--stop-after-steps", "6"])
    #expect(first.ending == .exited(75), "\(first)")
    let newest = "run/checkpoints/step-00000006.safetensors"
    var data = try scratch.contents(newest)
    damage.change(&data)
    try scratch.write(data, newest)

    let second = try dptrain(arguments + ["--output", output, "--resume"], ranks: index == 0 ? 2 : nil)
    #expect(second.succeeded, "\(second)")
    let warning = try #require(second.outputLines.first { $0.hasPrefix("warning: ") }, "\(second)")
    #expect(warning.contains(scratch.path(newest)) && warning.contains(damage.words), "\(damage.name): \(warning)")
    #expect(second.standardOutput.contains("going on from \(output)/checkpoints/step-00000004.safetensors"))
    try expectSame(FinishedRun(result: second, url: scratch.url.appending(path: "run")), whole)
    // It is out of the way of the run, but not gone.
    try expectSameBytes(scratch.contents(newest + ".damaged"), data, newest + ".damaged")
  }

  @Test(arguments: [nil, 2])
  func whereNoneIsGoodNothingIsTouched(ranks: Int?) throws {
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    #expect(try dptrain(arguments + ["--stop-after-steps", "5"]).ending == .exited(75))
    for step in [2, 4, 5] {
      let name = "run/checkpoints/step-0000000\(step).safetensors"
      var data = try scratch.contents(name)
      data[data.count - 1 - step] ^= 1
      try scratch.write(data, name)
    }
    func contents(_ name: String) throws -> Data {
      ["checkpoints", "tensorboard"].contains(name) ? Data() : try scratch.contents("run/\(name)")
    }
    let before = try scratch.names("run").map(contents)
    let names = scratch.names("run")
    for words in [arguments + ["--resume"], ["resume", scratch.path("run")]] {
      let result = try dptrain(words, ranks: ranks)
      expectRefusal(
        result,
        saying: [
          "no checkpoint of \(scratch.path("run")) verifies, and nothing there was changed",
          "step-00000002.safetensors: ", "step-00000004.safetensors: ", "step-00000005.safetensors: ", "checksum",
        ], status: 1)
      #expect(scratch.names("run") == names)
      #expect(try names.map(contents) == before)
    }
  }

  /// What a process leaves that was killed while writing.
  @Test func unfinishedFilesAreRemoved() throws {
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    #expect(try dptrain(arguments + ["--stop-after-steps", "3"]).ending == .exited(75))
    try scratch.write(Data("half".utf8), "run/checkpoints/step-00000004.safetensors.partial")
    let result = try dptrain(arguments + ["--resume"])
    #expect(result.succeeded && !result.standardOutput.contains("warning"), "\(result)")
    #expect(!scratch.names("run/checkpoints").contains { $0.hasSuffix(".partial") })
    // The report may be there before the last checkpoint is.
    try scratch.write(Data("half".utf8), "run/checkpoints/step-00000006.safetensors.partial")
    let again = try dptrain(arguments + ["--resume"])
    #expect(again.succeeded && again.standardOutput.contains("holds a finished run"), "\(again)")
    #expect(!scratch.names("run/checkpoints").contains { $0.hasSuffix(".partial") })
  }
}
