import Foundation
import TestSupport

/// A folder of class folders for a test.
struct PictureTree {
  private let directory = Result { try TemporaryDirectory() }

  static let golden = projectDirectory.appending(path: "Tests/ImagesTests/Pictures/Golden")

  func path(_ name: String = "") throws -> String {
    try directory.get().url.appending(path: name.isEmpty ? "in" : name).path(percentEncoded: false)
  }

  /// Copies a picture of `Golden` below `in`.
  func add(_ picture: String = "small.png", as name: String) throws {
    try add(Data(contentsOf: Self.golden.appending(path: picture)), as: name)
  }

  func add(_ data: Data, as name: String) throws {
    let file = try directory.get().url.appending(path: "in/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  /// All names in a directory beside `in`.
  func names(_ name: String) throws -> [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: path(name))) ?? []).sorted()
  }
}
