import Foundation
import Images
import Testing

/// A file of `Golden`, and what Pillow sees in it (`Tests/Golden/pictures.py`).
struct GoldenPicture: Sendable, CustomTestStringConvertible {
  let name: String
  let width: Int
  let height: Int
  /// `[3][32][32]`.
  let planes: [UInt8]

  var testDescription: String { name }
  var path: String { Self.folder.appending(path: name).path() }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  private struct Entry: Decodable {
    let width: Int
    let height: Int
    let planes: Data
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static let all: [GoldenPicture] = {
    guard let data = try? Data(contentsOf: folder.appending(path: "pictures.json")),
      let entries = try? JSONDecoder().decode([String: Entry].self, from: data)
    else { return [] }
    return entries.sorted { $0.key < $1.key }.map {
      GoldenPicture(name: $0.key, width: $0.value.width, height: $0.value.height, planes: Array($0.value.planes))
    }
  }()

  static func named(_ name: String) throws -> GoldenPicture { try #require(all.first { $0.name == name }) }
}

/// The largest difference of two lists of the same length.
func largestDifference(_ one: [UInt8], _ other: [UInt8]) -> Int {
  guard one.count == other.count else { return .max }
  return zip(one, other).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}
