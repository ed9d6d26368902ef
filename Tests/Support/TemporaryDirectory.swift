import Foundation

/// A fresh directory that is removed, with all it holds, when the last reference to it goes.
public final class TemporaryDirectory: Sendable {
  /// Where it is.
  public let url: URL

  /// Makes a new directory in the system's place for temporary files.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("dptrain-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Its path.
  public var path: String { url.path }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(url.path)/\(name)" }

  /// The names of what it holds, in order.
  public var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }
}
