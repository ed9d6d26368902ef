import Formats
import Foundation
import TestSupport
import Testing

struct MappedFileTests {
  @Test func bytesAreThoseOfTheFile() throws {
    let directory = try TemporaryDirectory()
    for bytes: [UInt8] in [[], [7], Array(repeating: 9, count: 10_000)] {
      let path = directory.file("file")
      try AtomicFile.write(bytes, to: path)
      let file = try MappedFile(path: path)
      #expect(file.size == bytes.count && file.withBytes { Array($0) } == bytes)
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileError(.open, directory.file("nothing"), code: ENOENT)) {
      try MappedFile(path: directory.file("nothing"))
    }
    #expect(throws: FileError(.open, directory.path, code: EISDIR)) { try MappedFile(path: directory.path) }
    #expect(throws: FileError(.open, "/dev/zero", code: EINVAL)) { try MappedFile(path: "/dev/zero") }
  }
}
