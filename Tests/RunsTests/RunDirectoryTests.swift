import Foundation
import TestSupport
import Testing
import Runs
import Training

/// A run directory: created once, locked, never written over.
struct RunDirectoryTests {
  private let scratch: TemporaryDirectory
  private var path: String { scratch.url.appending(path: "runs/first").path() }

  init() throws { scratch = try TemporaryDirectory() }

  private func problem(_ path: String) -> RunDirectoryError.Problem? {
    do {
      _ = try RunDirectory(path: path, configuration: ["a": 1])
      return nil
    } catch { return (error as? RunDirectoryError)?.problem }
  }

  private func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func aNewDirectoryHoldsItsConfiguration() throws {
    let directory = try RunDirectory(path: path, configuration: ["epochs": 3])
    #expect(try String(contentsOfFile: directory.file("config.json"), encoding: .utf8) == "{\n  \"epochs\" : 3\n}\n")
    #expect(try names(in: path) == [".lock", "checkpoints", "config.json", "metrics.jsonl"])
    for epoch in 1...2 {
      try directory.append(
        MetricsRecord(
          phase: .dense, round: 0, epoch: epoch, step: 1, testLoss: 1, testAccuracy: 0, seconds: 1, sparsity: 0))
    }
    let lines = try String(contentsOfFile: directory.file("metrics.jsonl"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2 && lines[1].contains("\"epoch\":2"))
  }

  @Test func aDirectoryInUseIsRefused() throws {
    let first = try RunDirectory(path: path, configuration: ["a": 1])
    #expect(problem(path) == .inUse)
    #expect(try String(contentsOfFile: first.file("config.json"), encoding: .utf8) == "{\n  \"a\" : 1\n}\n")

  }

  @Test(arguments: [
    "config.json", "metrics.jsonl", "dense.safetensors", "pruned.safetensors", "report.txt", "report.json",
  ])
  func aDirectoryThatHoldsARunIsRefused(file: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data("precious".utf8).write(to: URL(filePath: "\(path)/\(file)"))
    #expect(problem(path) == .holdsRun(file: file))
    #expect(try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) == "precious")
    #expect(try names(in: path) == [".lock", file].sorted())
  }

  @Test func otherFilesDoNotMatter() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data("notes".utf8).write(to: URL(filePath: "\(path)/notes.md"))
    #expect(problem(path) == nil)
  }

  @Test func aFileInTheWayIsRefused() throws {
    let file = scratch.url.appending(path: "file").path()
    try Data("precious".utf8).write(to: URL(filePath: file))
    for path in [file, "\(file)/below"] {
      #expect(problem(path) == .cannotCreate(reason: "Not a directory"))
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
  }

  @Test(.disabled(if: geteuid() == 0, "permissions do not bind root"))
  func aDirectoryWithoutPermissionIsRefused() throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
    #expect(problem(path) == .notWritable(reason: "Permission denied"))
    #expect(try names(in: path).isEmpty)
  }

  @Test func theDefaultPathNamesTimeAndArchitecture() {
    let path = RunDirectory.defaultPath(architecture: "resnet8")
    #expect(path.wholeMatch(of: /runs\/\d{8}-\d{6}-resnet8/) != nil, "\(path)")
  }
}
