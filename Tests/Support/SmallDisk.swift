import Foundation
import Testing

/// A file system in memory that is soon full; unmounted with its owner.
public final class SmallDisk: Sendable {
  private let directory: TemporaryDirectory

  /// Mounts one of that size.
  public init(kilobytes: Int) throws {
    directory = try TemporaryDirectory()
    let result = try run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "dptrain-test", directory.url.path()])
    try #require(result.succeeded, "\(result)")
  }

  deinit { _ = try? run("umount", ["-l", directory.url.path()]) }

  /// Whether this process may mount file systems.
  public static let isPossible = geteuid() == 0 && (try? SmallDisk(kilobytes: 16)) != nil

  /// Where a file of the disk is.
  public func path(_ name: String) -> String { directory.url.appending(path: name).path() }

  /// What a folder of the disk holds; the disk itself by default.
  public func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }

  /// Leaves no block free.
  public func fill() { _ = try? run("dd", ["if=/dev/zero", "of=\(path("filling"))", "bs=65536"]) }
}
