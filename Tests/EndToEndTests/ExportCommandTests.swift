import Foundation
import TestSupport
import Testing

/// `dptrain export`, and the commands that read what it writes.
struct ExportCommandTests {
  private static func model() throws -> String { try FinishedRun.on(ranks: 2).path("pruned.safetensors") }

  @Test(arguments: ["fp32", "fp16", "int8"]) func packedModelsAreEvaluated(values: String) throws {
    let (scratch, model) = (try Scratch(), try Self.model())
    let export = try dptrain(
      ["export", model, "--format", "packed", "--values", values, "--output", "small.packed"], directory: scratch.url)
    #expect(export.succeeded && export.standardError.isEmpty, "\(export)")
    let size = try scratch.contents("small.packed").count
    #expect(export.standardOutput.contains(" weights as \(values), \(grouped(size)) bytes: "), "\(export)")
    #expect(scratch.names() == ["small.packed"])

    let result = try dptrain(["evaluate", "small.packed", "--data", "synthetic"], ranks: 2, directory: scratch.url)
    #expect(result.succeeded, "\(result)")
    #expect(
      result.standardOutput.contains("small.packed: resnet8, packed with \(values) values: \(grouped(size)) bytes, "))
    let expected = try dptrain(["evaluate", model, "--data", "synthetic"])
    let (found, wanted) = (try #require(result.accuracy()), try #require(expected.accuracy()))
    if values == "fp32" {
      #expect(found == wanted)
    } else {
      let difference = (try #require(Double(found)) - (try #require(Double(wanted)))).magnitude
      #expect(difference < (values == "fp16" ? 0.5 : 3))
    }
    // From packed to packed nothing changes.
    let again = try dptrain(
      ["export", "small.packed", "--format", "packed", "--values", values, "--output", "again.packed"],
      directory: scratch.url)
    #expect(again.succeeded, "\(again)")
    #expect(try scratch.contents("again.packed") == scratch.contents("small.packed"))
  }

  private func grouped(_ number: Int) -> String {
    "\(number)".reversed().enumerated().map { ($0 > 0 && $0 % 3 == 0 ? "," : "") + String($1) }.joined().reversed()
      .map(String.init).joined()
  }

  @Test func packedModelsPredictAndAreInspected() throws {
    let (scratch, model) = (try Scratch(), try Self.model())
    _ = try dptrain(["export", model, "--format", "packed", "--output", "small.packed"], directory: scratch.url)
    let arguments = ["--data", "synthetic", "--images", "0-99"]
    let (found, expected) = (
      try dptrain(["predict", "small.packed"] + arguments, directory: scratch.url),
      try dptrain(["predict", model] + arguments)
    )
    #expect(found.succeeded && found.outputLines.dropFirst(2) == expected.outputLines.dropFirst(2), "\(found)")
    let table = try dptrain(["inspect", "small.packed"], directory: scratch.url)
    #expect(table.succeeded && table.standardOutput.contains("resnet8, packed with fp32 values: "), "\(table)")
    #expect(
      table.outputLines.contains { $0.hasPrefix("conv1 ") } && table.outputLines.contains { $0.hasPrefix("total ") })
    let bench = try dptrain(
      ["bench", "infer", "small.packed", "--batch", "1", "--repetitions", "1", "--json"], directory: scratch.url)
    #expect(bench.succeeded && bench.standardOutput.contains("\"arch\":\"resnet8\""), "\(bench)")
  }

  @Test func otherFormatsAreWritten() throws {
    let (scratch, model) = (try Scratch(), try Self.model())
    func export(_ arguments: String...) throws -> ProcessResult {
      let result = try dptrain(["export", model] + arguments, directory: scratch.url)
      #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
      return result
    }
    let c = try export("--format", "c", "--output", "tiny.c")
    #expect(c.standardOutput.contains("int tiny_predict(const uint8_t image[3072], float logits[10])"), "\(c)")
    _ = try export("--format", "onnx", "--output", "whole.onnx")
    _ = try export("--format", "onnx", "--remove-dead-channels", "--output", "smaller.onnx")
    _ = try export("--format", "pytorch", "--output", "plain.safetensors")
    _ = try export("--format", "pytorch", "--names", "pytorch-cifar", "--masked", "--output", "masked.safetensors")
    #expect(
      scratch.names() == [
        "masked.safetensors", "plain.safetensors", "smaller.onnx", "tiny.c", "tiny.h", "whole.onnx",
      ])
    #expect(try scratch.contents("smaller.onnx").count < scratch.contents("whole.onnx").count)
    #expect(try scratch.contents("plain.safetensors").count < scratch.contents("masked.safetensors").count)
    let expected = try dptrain(["evaluate", model, "--data", "synthetic"])
    for file in ["plain.safetensors", "masked.safetensors"] {
      let result = try dptrain(["evaluate", file, "--data", "synthetic"], directory: scratch.url)
      #expect(result.accuracy() == expected.accuracy(), "\(result)")
    }
  }

  private static func packed(_ change: @escaping @Sendable (inout Data) -> Void) -> @Sendable (Scratch) throws -> Void {
    { scratch in
      let result = try dptrain(
        ["export", try model(), "--format", "packed", "--output", scratch.path("small.packed")])
      try #require(result.succeeded, "\(result)")
      var data = try scratch.contents("small.packed")
      change(&data)
      try scratch.write(data, "small.packed")
    }
  }

  static let damages: [(words: [String], prepare: @Sendable (Scratch) throws -> Void)] = [
    (["small.packed, byte 16", "it is truncated"], packed { $0.removeLast() }),
    (["small.packed, byte 20", "is truncated"], packed { $0 = $0.prefix(20) }),
    (["byte 8", "format version 9", "reads version 1"], packed { $0[8] = 9 }),
    (["the checksum does not match"], packed { $0[100] ^= 1 }),
  ]

  @Test(arguments: damages.indices, ["evaluate", "predict", "inspect"])
  func damagedFilesAreRefused(damage: Int, command: String) throws {
    try Refusal("", words: Self.damages[damage].words) { scratch in
      try Self.damages[damage].prepare(scratch)
      return [command, "small.packed"]
    }.check(ranks: nil, status: 1)
  }

  @Test func aPackedModelCannotBeTrained() throws {
    for command in [["prune", "small.packed"], ["train", "--start", "small.packed"]] {
      try Refusal("", saying: "small.packed: a packed model has no batch normalization") { scratch in
        try Self.packed { _ in }(scratch)
        return command + ["--data", try scratch.writeImages(), "--output", "run"] + Scratch.smallBatch
      }.check(ranks: nil, status: 1)
    }
  }

  static let mistakes: [(status: Int32, words: [String], arguments: [String])] = [
    (2, ["--format"], ["--output", "x"]),
    (2, ["--output"], ["--format", "packed"]),
    (2, ["'jpeg' is invalid"], ["--format", "jpeg", "--output", "x"]),
    (2, ["--values is for --format packed"], ["--format", "c", "--values", "fp16", "--output", "x"]),
    (2, ["--masked is for --format pytorch"], ["--format", "onnx", "--masked", "--output", "x"]),
    (2, ["--remove-dead-channels is for --format onnx"], ["--format", "c", "--remove-dead-channels", "--output", "x"]),
    (1, ["'my-net' is no name for a function of C"], ["--format", "c", "--output", "my-net.c"]),
    (1, ["cannot create nowhere/x", "its directory does not exist"], ["--format", "packed", "--output", "nowhere/x"]),
    (1, ["cannot create nowhere/x.h"], ["--format", "c", "--output", "nowhere/x.c"]),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreRefused(mistake: Int) throws {
    let (status, words, arguments) = Self.mistakes[mistake]
    try Refusal("", words: words) { _ in ["export", try Self.model()] + arguments }.check(ranks: nil, status: status)
  }

  @Test func theModelItselfIsNotOverwritten() throws {
    try Refusal("", saying: "--output must not be the model itself") { scratch in
      try Self.packed { _ in }(scratch)
      return ["export", "small.packed", "--format", "packed", "--output", "./small.packed"]
    }.check(ranks: nil, status: 2)
  }
}
