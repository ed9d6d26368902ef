import Foundation
import Images

/// The small pictures of the tests, and what is done with one that is decoded.
enum PictureSeeds {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "ImagesTests/Pictures/Golden")

  static func files(_ names: [String]) throws -> [[UInt8]] {
    try names.map { Array(try Data(contentsOf: folder.appending(path: $0))) }
  }

  /// Decodes a picture, and makes an image of it where that does not take long.
  static func read(_ input: [UInt8]) throws {
    let picture = try Picture(input, name: "picture")
    guard picture.width > 0, picture.height > 0, picture.pixels.count == 3 * picture.width * picture.height else {
      fatalError("\(picture.pixels.count) bytes for \(picture.width)×\(picture.height) pixels")
    }
    guard picture.width * picture.height <= 1 << 20 else { return }
    guard picture.square(edge: 32).count == 3 * 32 * 32 else { fatalError("no 32×32 pixels") }
  }

  /// Sizes that a header may claim.
  static let edges = [0, 1, 2, 7, 8, 31, 32, 33, 255, 256, 8_192, 8_193, 65_500, 65_535, 1 << 20, 1 << 31 - 1, 1 << 31]
}
