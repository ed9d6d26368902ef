import Foundation
import Images
import TestSupport
import Testing

/// Pictures that are written and read again.
@Suite struct PNGTests {
  /// Pixels of every value in every channel.
  private func picture(_ width: Int, _ height: Int) -> Picture {
    Picture(width: width, height: height, pixels: (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 * 37) })
  }

  @Test("Every pixel comes back", arguments: [(1, 1), (32, 32), (3, 500), (701, 2)])
  func roundTrip(width: Int, height: Int) throws {
    let picture = picture(width, height)
    #expect(try Picture(try picture.png(), name: "written") == picture)
  }

  @Test("Planes become pixels, and a record's image is the one that was kept")
  func planes() throws {
    let images = CIFARDataset.synthetic().test
    let planes = images.pixels(7)
    let picture = Picture(planes: planes, width: Record.edge, height: Record.edge)
    #expect(picture.pixels[0..<3] == [planes[0], planes[1024], planes[2048]])
    #expect(picture.square(edge: Record.edge) == planes)
    let file = try picture.png()
    #expect(try Picture(file, name: "written").square(edge: Record.edge) == planes)
  }

  @Test("What is the same everywhere takes little room")
  func isCompressed() throws {
    let file = try Picture(width: 320, height: 320, pixels: [UInt8](repeating: 200, count: 3 * 320 * 320)).png()
    #expect(file.count < 3 * 320 * 320 / 50)
  }

  @Test("Pillow sees the same pixels", .peer("PIL"))
  func pillow() throws {
    let folder = try TemporaryDirectory()
    let picture = picture(45, 33)
    let file = folder.url.appending(path: "picture.png")
    try Data(try picture.png()).write(to: file)
    let read = try Peer.python("pixels.py", [file.path()])
    try #require(read.succeeded, "\(read)")
    #expect(
      Data(base64Encoded: read.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)) == Data(picture.pixels))
  }
}
