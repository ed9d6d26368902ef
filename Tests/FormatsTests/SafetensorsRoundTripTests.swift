import Formats
import Foundation
import TestSupport
import Testing

/// The golden files come from the reference implementation, by `Tests/Golden/safetensors_files.py`.
@Suite struct SafetensorsRoundTripTests {
  @Test("Files of the reference implementation are read exactly")
  func reads() throws {
    let file = try SafetensorsFile(path: golden("written_by_reference.safetensors"))
    #expect(
      file.names == [
        "hash", "bn1.num_batches_tracked", "loss", "Z", "bn1.running_mean", "conv1.weight", "empty",
        "quoted \"name\" \\ \n\t\u{1} é/😀\u{7F}", "steps", "bytes", "conv1.mask",
      ])
    #expect(file.metadata == ["format": "pt"])
    #expect(try file.shape("conv1.weight") == [2, 3, 2, 2])
    #expect(try file.type("conv1.weight") == .float32)
    #expect(try file.floats("conv1.weight") == (0..<24).map { (Float($0) - 11.5) / 7 })
    let mean = try file.floats("bn1.running_mean")
    #expect(mean == [1.5, 0, .infinity, .leastNonzeroMagnitude] && mean[1].sign == .minus)
    #expect(try file.shape("bn1.num_batches_tracked") == [])
    #expect(try file.integers("bn1.num_batches_tracked") == [12_345_678_901])
    #expect(try file.floats("loss") == [0.1, .infinity], "F64 rounded")
    #expect(try file.floats("empty") == [])
    #expect(try file.tensor("hash").elements == .uint64([.max, 0]))
    #expect(try file.tensor("loss").elements == .float64([0.1, 1e300]))
    #expect(try file.tensor("conv1.mask").elements == .bool([true, false, true]))
    #expect(try file.integers("steps") == [-1, 2_147_483_647])
    #expect(try file.integers("bytes") == [250, 251, 252, 253, 254, 255, 0, 1, 2, 3])
  }

  @Test("Half precision and short integers are widened exactly")
  func otherTypes() throws {
    let file = try SafetensorsFile(path: golden("other_types.safetensors"))
    let halves = try file.floats("half")
    #expect(
      halves == [
        0, 0, 1, -2.5, 65504, 5.960464477539063e-08, 6.097555160522461e-05, .infinity, -.infinity, 0.333_007_812_5,
      ])
    #expect(halves[1].sign == .minus)
    #expect(try file.floats("bfloat") == [0, 1, -2.5, 3.00405527047391e+38, 0x1p-133, .infinity])
    #expect(try file.integers("short") == [-3, 300])
    #expect(try file.integers("byte") == [-3, 127])
    #expect(try file.integers("word") == [4_294_967_295])
  }

  @Test("Writing what was read gives the reference implementation's bytes")
  func rewritesByteForByte() throws {
    let directory = try TemporaryDirectory()
    let original = golden("written_by_reference.safetensors")
    let file = try SafetensorsFile(path: original)
    let tensors = try file.names.map { try file.tensor($0) }
    let copy = directory.file("copy.safetensors")
    try SafetensorsFile.write(tensors.shuffled(), metadata: file.metadata, to: copy)
    #expect(try bytes(of: copy) == bytes(of: original))
    #expect(directory.contents == ["copy.safetensors"])
  }

  @Test("Metadata are sorted, and a file without tensors is a file")
  func metadata() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("empty.safetensors")
    try SafetensorsFile.write([], metadata: ["b": "\u{8}\u{C}\r\u{1F}", "a": ""], to: path)
    #expect(
      try bytes(of: path).dropFirst(8)
        == Array(#"{"__metadata__":{"a":"","b":"\b\f\r\u001f"}}"#.utf8) + [0x20, 0x20, 0x20, 0x20])
    let file = try SafetensorsFile(path: path)
    #expect(file.names.isEmpty && file.metadata == ["b": "\u{8}\u{C}\r\u{1F}", "a": ""])
    try SafetensorsFile.write([], to: path)
    #expect(try bytes(of: path) == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(try SafetensorsFile(path: path).metadata.isEmpty)
  }

  @Test("A file held open stays the same when another takes its name")
  func replacement() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("model.safetensors")
    try SafetensorsFile.write([NamedTensor(name: "w", shape: [1], elements: .float32([1]))], to: path)
    let old = try SafetensorsFile(path: path)
    try SafetensorsFile.write([NamedTensor(name: "w", shape: [1], elements: .float32([2]))], to: path)
    #expect(try old.floats("w") == [1])
    #expect(try SafetensorsFile(path: path).floats("w") == [2])
  }

  @Test("Tensors that do not make sense are not written", arguments: BadTensors.allCases)
  func badTensors(_ bad: BadTensors) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("model.safetensors")
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile.write(bad.tensors, to: path) }
    #expect(error?.problem == bad.problem)
    #expect(directory.contents.isEmpty)
  }

  enum BadTensors: CaseIterable {
    case twice, count, negative, overflow, reserved

    var tensors: [NamedTensor] {
      switch self {
      case .twice: ["w", "v", "w"].map { NamedTensor(name: $0, shape: [], elements: .int64([0])) }
      case .count: [NamedTensor(name: "w", shape: [2, 2], elements: .float32([1, 2, 3]))]
      case .negative: [NamedTensor(name: "w", shape: [-1, -1], elements: .float32([1]))]
      case .overflow: [NamedTensor(name: "w", shape: [.max, 2], elements: .float32([1]))]
      case .reserved: [NamedTensor(name: "__metadata__", shape: [1], elements: .float32([1]))]
      }
    }

    var problem: SafetensorsError.Problem {
      switch self {
      case .twice: .duplicateName
      case .count: .elementCount(3, shape: [2, 2])
      case .negative: .elementCount(1, shape: [-1, -1])
      case .overflow: .elementCount(1, shape: [.max, 2])
      case .reserved: .reservedName
      }
    }
  }
}
