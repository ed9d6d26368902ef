import Formats
import Foundation
import TestSupport
import Testing

/// Each way in which a file can lie, and what is said of it.
@Suite struct SafetensorsErrorTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ contents: [UInt8]) throws -> String {
    let path = directory.file("m.safetensors")
    try AtomicFile.write(contents, to: path)
    return path
  }

  /// A file of this header and so many bytes of data.
  private func write(header: String, data: Int) throws -> String {
    let length = UInt64(header.utf8.count)
    return try write(
      (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header.utf8
        + [UInt8](repeating: 0, count: data))
  }

  private func problem(_ path: String) -> SafetensorsError? {
    #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(path: path) }
  }

  @Test("A missing file and a directory are named")
  func unreadable() throws {
    let missing = directory.file("missing.safetensors")
    #expect(problem(missing)?.description == "cannot open \(missing): No such file or directory")
    #expect(problem(directory.path)?.description == "cannot open \(directory.path): Is a directory")
  }

  @Test("A pipe is not waited for")
  func pipe() throws {
    let path = directory.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    #expect(problem(path)?.problem == .tooShort(size: 0))
  }

  @Test("A file too short for a header's length", arguments: [0, 1, 7])
  func tooShort(size: Int) throws {
    let error = problem(try write([UInt8](repeating: 0, count: size)))
    #expect(error?.problem == .tooShort(size: size))
    #expect(error?.offset == 0)
  }

  @Test("A header length beyond the file or beyond reason")
  func headerLength() throws {
    let beyond = try write([9, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(problem(beyond)?.problem == .headerBeyondEnd(length: 9, available: 8))
    #expect(
      problem(beyond)?.description
        == "\(beyond), byte 0: a header of 9 bytes is announced, but 8 follow: the file is truncated, or no safetensors "
        + "file")
    #expect(problem(try write([1, 0xE1, 0xF5, 5, 0, 0, 0, 0]))?.problem == .headerTooLong(length: 100_000_001))
    #expect(problem(try write([UInt8](repeating: 255, count: 16)))?.problem == .headerTooLong(length: .max))
    // What torch.save and numpy.savez write starts as a zip archive does.
    #expect(problem(try write(Array("PK\u{3}\u{4}archive/data.pkl".utf8))) != nil)
  }

  @Test("A header that is no text or no JSON, with the byte where it stops being so")
  func notJSON() throws {
    #expect(problem(try write([2, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFE]))?.problem == .notText)
    let cases: [(String, Int, String)] = [
      ("", 0, "a value"), ("{", 1, "a name in quotation marks"), ("{\"a\"", 4, "a colon"), ("{\"a\":", 5, "a value"),
      ("{\"a\":1", 6, "a comma or a closing brace"), ("{\"a\":[1", 7, "a comma or a closing bracket"),
      ("{\"a\":[1,]}", 8, "a value"), ("{\"a", 3, "a closing quotation mark"), ("{}x", 2, "the end of the header"),
      ("{}\0\0", 2, "the end of the header"), ("{\"\\x\":1}", 3, "an escape that JSON knows"),
      ("{\"\\u00g0\":1}", 6, "four hexadecimal digits"), ("{\"\\ud800\":1}", 8, "a pair of surrogates"),
      ("{\"a\nb\":1}", 3, "no control character in a string"), ("{'a':1}", 1, "a name in quotation marks"),
      ("{\"a\":nan}", 5, "a value"), ("{\"a\":01}", 5, "a value"), ("{\"a\":1.}", 5, "a value"),
      ("{\"a\":0x1}", 5, "a value"), ("{\"a\":--1}", 5, "a value"),
      (String(repeating: "[", count: 100), 16, "at most 16 levels of brackets"),
    ]
    for (header, offset, expected) in cases {
      let error = problem(try write(header: header, data: 0))
      #expect(error?.offset == 8 + offset, "\(header)")
      guard case .notJSON(_, let wanted) = error?.problem else {
        Issue.record("\(header): \(String(describing: error))")
        continue
      }
      #expect(wanted == expected, "\(header)")
    }
    #expect(problem(try write(header: "[]", data: 0))?.description.contains("no object of tensors") == true)
  }

  @Test("Entries that are not what the format asks for")
  func entries() throws {
    let cases: [(String, String)] = [
      ("1", "its entry is no object with dtype, shape and data_offsets"),
      (#"{"shape":[1],"data_offsets":[0,4]}"#, "its entry lacks dtype"),
      (#"{"dtype":"F32","data_offsets":[0,4]}"#, "its entry lacks shape"),
      (#"{"dtype":"F32","shape":[1]}"#, "its entry lacks data_offsets"),
      (#"{"dtype":32,"shape":[1],"data_offsets":[0,4]}"#, "its dtype is no text"),
      (#"{"dtype":"F32","shape":1,"data_offsets":[0,4]}"#, "its shape is no list of numbers"),
      (#"{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#, "its shape holds something else than a whole number"),
      (#"{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}"#, "its shape holds something else than a whole number"),
      (#"{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}"#, "its shape holds something else than a whole number"),
      (#"{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}"#, "its data_offsets holds something else than a whole"),
      (#"{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}"#, "its data_offsets holds something"),
      (#"{"dtype":"F32","shape":[1],"data_offsets":[0]}"#, "its data_offsets are 1 numbers, expected 2"),
    ]
    for (entry, expected) in cases {
      let error = problem(try write(header: "{\"w\":\(entry)}", data: 4))
      #expect(error?.tensor == "w")
      #expect(error?.description.contains(expected) == true, "\(entry): \(String(describing: error))")
    }
    let metadata = problem(try write(header: #"{"__metadata__":{"epoch":1}}"#, data: 0))
    #expect(metadata?.description.hasSuffix("byte 33: __metadata__ gives for epoch something else than a text") == true)
  }

  @Test("An unknown dtype, a name given twice, a shape beyond counting")
  func names() throws {
    let unknown = problem(try write(header: #"{"w":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, data: 4))
    #expect(unknown?.problem == .unknownType("F33"))
    #expect(unknown?.offset == 22)
    let entry = #""w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    #expect(problem(try write(header: "{\(entry),\(entry)}", data: 4))?.problem == .duplicateName)
    for shape in [[4_611_686_018_427_387_904, 2], [Int.max], [65_536, 65_536, 65_536, 65_536]] {
      let error = problem(try write(header: #"{"w":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,0]}}"#, data: 0))
      #expect(error?.problem == .shapeOverflow(shape))
    }
  }

  /// Two tensors of four bytes at the given offsets, in a file with so many bytes of data.
  private func placed(_ first: (Int, Int), _ second: (Int, Int), data: Int, shape: Int = 1) throws -> SafetensorsError?
  {
    problem(
      try write(
        header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[\#(first.0),\#(first.1)]},"#
          + #""b":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(second.0),\#(second.1)]}}"#, data: data))
  }

  @Test("Data that are reversed, overlap, leave gaps, leave the file or do not fill it")
  func offsets() throws {
    #expect(try placed((0, 4), (8, 4), data: 8)?.problem == .reversedOffsets(8, 4))
    #expect(try placed((0, 4), (2, 6), data: 6)?.problem == .overlap(with: "a"))
    #expect(try placed((0, 4), (0, 4), data: 8)?.problem == .overlap(with: "a"))
    #expect(try placed((0, 4), (8, 12), data: 12)?.problem == .gap(4..<8))
    #expect(try placed((4, 8), (8, 12), data: 12)?.problem == .gap(0..<4))
    #expect(try placed((0, 4), (4, 8), data: 9)?.problem == .trailingBytes(1))
    #expect(
      try placed((0, 4), (4, 8), data: 8, shape: 2)?.problem
        == .sizeMismatch(type: .float32, shape: [2], needed: 8, given: 4))
    let truncated = try placed((0, 4), (4, 8), data: 7)
    #expect(truncated?.problem == .outOfRange(4..<8, dataSize: 7))
    #expect(
      truncated?.description
        == "\(directory.file("m.safetensors")), tensor b, byte 108: data_offsets [4, 8] leave the file's 7 bytes of data: "
        + "it is truncated, or its header is wrong")
  }

  @Test("Files that are unusual yet right are read")
  func unusual() throws {
    let path = try write(
      header: #" { "b" : {"shape":[2], "note":{"x":[1e3,true,null]}, "data_offsets":[4,12], "dtype":"F32"},"#
        + #""__metadata__":null, "a\u00e9\ud83d\ude00":{"dtype":"F32","shape":[],"data_offsets":[0,4]}, "#
        + #""e":{"dtype":"I64","shape":[0],"data_offsets":[4,4]}}"# + "\n ", data: 12)
    let file = try SafetensorsFile(path: path)
    #expect(file.names == ["aé😀", "e", "b"])
    #expect(try file.floats("b") == [0, 0])
  }

  @Test("Names, shapes and types that the caller did not expect")
  func expectations() throws {
    let file = try SafetensorsFile(path: golden("other_types.safetensors"))
    try file.require(exactly: ["half", "bfloat", "short", "byte", "word"])
    let names = #expect(throws: SafetensorsError.self) {
      try file.require(exactly: ["half", "bfloat", "short", "fc.weight", "fc.bias"])
    }
    #expect(names?.problem == .names(missing: ["fc.bias", "fc.weight"], unexpected: ["word", "byte"]))
    #expect(
      names?.description.hasSuffix(
        ": 2 missing tensors (fc.bias, fc.weight), 2 unexpected tensors (word, byte); "
          + "is this a model of another architecture?") == true)
    #expect(throws: SafetensorsError.self) { try file.floats("fc.weight") }

    try file.require(shape: [10], of: "half")
    let shape = #expect(throws: SafetensorsError.self) { try file.require(shape: [2, 5], of: "half") }
    #expect(shape?.problem == .shape(found: [10], expected: [2, 5]))
    let type = #expect(throws: SafetensorsError.self) { try file.floats("word") }
    #expect(type?.problem == .type(found: .uint32, expected: [.float32, .float16, .bfloat16, .float64]))
    #expect(throws: SafetensorsError.self) { try file.tensor("half") }

    let unsigned = try SafetensorsFile(path: golden("written_by_reference.safetensors"))
    let range = #expect(throws: SafetensorsError.self) { try unsigned.integers("hash") }
    #expect(range?.problem == .outsideInt64(.max))
  }
}
