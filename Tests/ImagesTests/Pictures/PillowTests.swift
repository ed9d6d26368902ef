import Foundation
import Images
import TestSupport
import Testing

/// Decoding and scaling beside Pillow's.
@Suite struct PillowTests {
  @Test("Every kind of file is seen as Pillow sees it, within one level", arguments: GoldenPicture.all)
  func golden(_ golden: GoldenPicture) throws {
    let picture = try Picture(path: golden.path)
    #expect(picture.width == golden.width && picture.height == golden.height)
    #expect(largestDifference(picture.square(edge: 32), golden.planes) <= 1)
  }

  @Test func thereAreFiles() {
    #expect(GoldenPicture.all.count == 29)
    #expect(GoldenPicture.all.contains { $0.name == "cmyk.jpg" } && GoldenPicture.all.contains { $0.name == "one.png" })
  }

  private struct Size: Decodable {
    let width: Int
    let height: Int
  }

  @Test("Pictures of many sizes, pixel by pixel and at 32×32", .peer("PIL"))
  func manySizes() throws {
    let folder = try TemporaryDirectory()
    func contents(_ name: String) throws -> [UInt8] {
      Array(try Data(contentsOf: folder.url.appending(path: name)))
    }
    let written = try Peer.python("pictures.py", [folder.url.path()])
    try #require(written.succeeded, "\(written)")
    let index = try JSONDecoder().decode(
      [String: Size].self, from: Data(contentsOf: folder.url.appending(path: "index.json")))
    #expect(index.count > 100)
    for (name, size) in index {
      let picture = try Picture(path: folder.url.appending(path: name).path())
      #expect(picture.width == size.width && picture.height == size.height, "\(name)")
      #expect(largestDifference(picture.pixels, try contents("\(name).rgb")) <= 1, "\(name)")
      #expect(largestDifference(picture.square(edge: 32), try contents("\(name).planes")) <= 1, "\(name)")
    }
  }
}
