import Formats
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("The new contents replace the old ones and nothing else is left")
  func replaces() throws {
    let path = directory.file("report.txt")
    try AtomicFile.write("first\n", to: path)
    try AtomicFile.write("zweite Fassung: größer\n", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "zweite Fassung: größer\n")
    try AtomicFile.write([1, 258] as [UInt16], to: path)
    #expect(try bytes(of: path) == [1, 0, 2, 1])
    #expect(directory.contents == ["report.txt"])
  }

  @Test("What a killed run left behind does not stand in the way")
  func stalePartial() throws {
    let path = directory.file("config.json")
    try "a longer text of an earlier run".write(toFile: path + ".partial", atomically: false, encoding: .utf8)
    try AtomicFile.write("{}", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "{}")
    #expect(directory.contents == ["config.json"])
  }

  @Test("A failure while writing leaves the old file and no other")
  func failure() throws {
    let path = directory.file("model")
    try AtomicFile.write("old", to: path)
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write(to: path) { writer throws(FileError) in
        try writer.write("half of the n")
        throw FileError(.write, path, code: EIO)
      }
    }
    #expect(error == FileError(.write, path, code: EIO))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(directory.contents == ["model"])
  }

  @Test("A missing directory and a directory in the file's place are clear errors")
  func wrongPlaces() throws {
    let missing = directory.file("runs/one/config.json")
    let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: missing) }
    #expect(
      error?.description == "cannot create \(missing): No such file or directory; its directory does not exist.")

    try FileManager.default.createDirectory(atPath: directory.file("taken"), withIntermediateDirectories: false)
    let taken = #expect(throws: FileError.self) { try AtomicFile.write("x", to: directory.file("taken")) }
    #expect(taken?.operation == .rename)
    #expect(directory.contents == ["taken"])
  }

  @Test(
    "An unwritable directory is a clear error",
    .enabled(if: getuid() != 0, "root may write to every directory"))
  func unwritable() throws {
    #expect(chmod(directory.path, 0o500) == 0)
    defer { chmod(directory.path, 0o700) }
    let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: directory.file("model")) }
    #expect(error?.code == EACCES)
    #expect(error?.description.contains("you may write to") == true)
  }

  @Test("A device without space gives the error of a full disk")
  func fullDevice() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let error = #expect(throws: FileError.self) {
      try FileWriter(descriptor: descriptor, path: "pruned.safetensors").write("text")
    }
    #expect(error?.code == ENOSPC)
    #expect(
      error?.description
        == "cannot write pruned.safetensors: No space left on device; "
        + "free some space there or choose another place. Nothing was written over.")
  }

  @Test(
    "A full disk leaves the old file whole and no partial one",
    .enabled(if: SmallDisk.isPossible, "mounting a small tmpfs takes root and the right to mount"))
  func fullDisk() throws {
    let disk = try SmallDisk(kilobytes: 64)
    let path = disk.path("model.safetensors")
    let small = NamedTensor(name: "w", shape: [4], elements: .float32([1, 2, 3, 4]))
    try SafetensorsFile.write([small], to: path)
    let before = try bytes(of: path)

    let large = NamedTensor(name: "w", shape: [65_536], elements: .float32([Float](repeating: 1, count: 65_536)))
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile.write([large], to: path) }
    #expect(error?.problem == .file(FileError(.write, path, code: ENOSPC)))
    #expect(try bytes(of: path) == before)
    #expect(try disk.names() == ["model.safetensors"])
  }
}
