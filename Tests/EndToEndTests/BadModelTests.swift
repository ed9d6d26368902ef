import Foundation
import Formats
import Networks
import Testing

/// Model files that are not what they say: refused by every command that reads one.
struct BadModelTests {
  /// A good model whose header or data is then changed.
  private static func model(_ scratch: Scratch, _ change: (inout String, inout Data) -> Void) throws {
    let network = Network(.resnet8)
    network.initialize(seed: 1)
    try SafetensorsFile.write(network.stateDictionary, metadata: [:], to: scratch.path("model.safetensors"))
    let file = try scratch.contents("model.safetensors")
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = String(decoding: file[8..<8 + length], as: UTF8.self)
    var data = Data(file[(8 + length)...])
    change(&header, &data)
    try scratch.write(self.file(header: header, data: data), "model.safetensors")
  }

  private static func file(header: String, data: Data, announcing length: Int? = nil) -> Data {
    let length = UInt64(length ?? header.utf8.count)
    return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }) + Data(header.utf8) + data
  }

  private static func changed(_ change: @escaping @Sendable (inout String, inout Data) -> Void)
    -> @Sendable (Scratch) throws -> [String]
  {
    { scratch in
      try model(scratch, change)
      return ["model.safetensors"]
    }
  }

  static let lies: [Refusal] = [
    Refusal("no such file", saying: "cannot open nowhere.safetensors: No such file") { _ in ["nowhere.safetensors"] },
    Refusal("a directory", saying: "model.safetensors", "directory") { scratch in
      try scratch.write(Data(), "model.safetensors/file")
      return ["model.safetensors"]
    },
    Refusal("an empty file", saying: "model.safetensors, byte 0: 0 bytes are no safetensors file") { scratch in
      try scratch.write(Data(), "model.safetensors")
      return ["model.safetensors"]
    },
    Refusal("text", saying: "model.safetensors", "no safetensors file") { scratch in
      try scratch.write(Data("this is a text, and no model".utf8), "model.safetensors")
      return ["model.safetensors"]
    },
    Refusal("a length beyond the file", saying: "byte 0", "a header of 4096 bytes is announced, but 2 follow") {
      scratch in
      try scratch.write(file(header: "{}", data: Data(), announcing: 4096), "model.safetensors")
      return ["model.safetensors"]
    },
    Refusal(
      "a truncated file", saying: "model.safetensors", "truncated", prepare: changed { _, data in data.removeLast(9) }),
    Refusal(
      "trailing bytes", saying: "7 bytes follow the last tensor",
      prepare: changed { _, data in data.append(Data(count: 7)) }),
    Refusal(
      "offsets that overlap", saying: "model.safetensors",
      prepare: changed { header, _ in
        header = header.replacing(/"data_offsets":\[\d+,(\d+)\]/, maxReplacements: 1) { "\"data_offsets\":[4,\($0.1)]" }
      }),
    Refusal(
      "another dtype", saying: "model.safetensors", "dtype",
      prepare: changed { header, _ in header = header.replacing("\"F32\"", with: "\"I32\"") }),
    Refusal(
      "an unknown dtype", saying: "unknown dtype F33",
      prepare: changed { header, _ in header = header.replacing("\"F32\"", with: "\"F33\"") }),
    Refusal(
      "another tensor instead of one", saying: "1 missing tensors (bn1.bias)", "1 unexpected tensors (bn1.bios)",
      prepare: changed { header, _ in header = header.replacing("\"bn1.bias\"", with: "\"bn1.bios\"") }),
    Refusal(
      "another shape", saying: "fc.weight", "its shape is [10, 8, 8], expected [10, 64]",
      prepare: changed { header, _ in header = header.replacing("[10,64]", with: "[10,8,8]") }),
    Refusal(
      "no network", saying: "1 missing tensors (conv1.weight)", "the nearest is resnet8",
      prepare: changed { header, _ in header = header.replacing("\"conv1.weight\"", with: "\"conv2.weight\"") }),
  ]

  @Test(arguments: lies, ["evaluate", "inspect", "predict"])
  func filesThatLieAreRefused(refusal: Refusal, command: String) throws {
    try Refusal(refusal.name, words: refusal.words) { [command] + (try refusal.prepare($0)) }
      .check(ranks: nil, status: 1)
  }

  @Test(arguments: [nil, 2])
  func pruningALieWritesNothing(ranks: Int?) throws {
    for lie in Self.lies.suffix(2) {
      try Refusal(lie.name, words: lie.words) { scratch in
        ["prune"] + (try lie.prepare(scratch)) + ["--data", try scratch.writeImages(), "--output", "run"]
          + Scratch.smallBatch
      }.check(ranks: ranks, status: 1)
    }
  }

  @Test func twoRanksInspectALieOnce() throws {
    let lie = Self.lies[2]
    try Refusal(lie.name, words: lie.words) { ["inspect"] + (try lie.prepare($0)) }.check(ranks: 2, status: 1)
  }

  @Test func otherClassesAreRefused() throws {
    try Refusal("classes", saying: "the model has 10 classes, the data 2") { scratch in
      try Self.model(scratch) { _, _ in }
      for name in Scratch.imageFiles {
        var images = Scratch.images(name)
        for image in stride(from: 0, to: images.count, by: Scratch.recordSize) { images[image] = 1 }
        try scratch.write(images, "images/\(name)")
      }
      try scratch.write(Data("cat\ndog\n".utf8), "images/batches.meta.txt")
      return ["evaluate", "model.safetensors", "--data", "images"]
    }.check(ranks: nil, status: 1)
  }
}
