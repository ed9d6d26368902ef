import Foundation
import TestSupport
import Testing

/// A file system in memory that is soon full; unmounted with its owner.
final class SmallDisk: Sendable {
  private let directory: TemporaryDirectory

  init(kilobytes: Int) throws {
    directory = try TemporaryDirectory()
    let result = try run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "dptrain-test", directory.url.path()])
    try #require(result.succeeded, "\(result)")
  }

  /// A disk on which a run of resnet8 fills the last kilobytes although the preflight finds it large enough: the preflight takes
  /// models in the run's directory for what a run has written already, and there is a large one.
  convenience init(kilobytes: Int, besidesModelIn folder: String) throws {
    let modelKilobytes = 9_000
    try self.init(kilobytes: kilobytes + modelKilobytes)
    try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: false)
    try Data(count: modelKilobytes << 10).write(to: URL(fileURLWithPath: path("\(folder)/other.safetensors")))
  }

  deinit { _ = try? run("umount", ["-l", directory.url.path()]) }

  /// Whether this process may mount file systems.
  static let isPossible = geteuid() == 0 && (try? SmallDisk(kilobytes: 16)) != nil

  func path(_ name: String) -> String { directory.url.appending(path: name).path() }

  func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }

  /// Leaves no block free.
  func fill() { _ = try? run("dd", ["if=/dev/zero", "of=\(path("filling"))", "bs=65536"]) }
}
