import Foundation
import Images
import TestSupport
import Testing

/// Files that are no pictures, or broken ones.
@Suite struct BadPictureTests {
  private func error(_ bytes: [UInt8]) -> PictureError? {
    #expect(throws: PictureError.self) { try Picture(bytes, name: "x") }
  }

  @Test(
    "A file that ends anywhere before its end is refused",
    arguments: ["palette.png", "interlaced.png", "line.png", "grey.jpg", "progressive.jpg", "cmyk.jpg", "rgb.jpg"])
  func cutOff(name: String) throws {
    let bytes = try GoldenPicture.named(name).bytes()
    for count in 0..<bytes.count { #expect(error(Array(bytes[..<count])) != nil, "\(count) of \(bytes.count) bytes") }
    let half = error(Array(bytes[..<(bytes.count / 2)]))
    #expect(half?.description.hasPrefix("x is a damaged \(name.hasSuffix("png") ? "PNG" : "JPEG") file: ") == true)
  }

  @Test(
    "Changed bytes are refused or give a picture of the file's size, and never end the program",
    arguments: ["palette-transparent.png", "grey-16.png", "small.png", "turned-6.jpg", "progressive.jpg", "cmyk.jpg"])
  func changed(name: String) throws {
    let bytes = try GoldenPicture.named(name).bytes()
    var refused = 0
    for place in bytes.indices {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var bytes = bytes
        bytes[place] ^= mask
        do {
          let picture = try Picture(bytes, name: "x")
          #expect(picture.pixels.count == 3 * picture.width * picture.height)
        } catch {
          refused += 1
        }
      }
    }
    // PNG has a checksum a chunk: what changes without notice lies between the chunks that are used.
    #expect(name.hasSuffix("jpg") ? refused > 0 : refused > 2 * bytes.count)
  }

  @Test("A PNG file of a billion pixels is refused by its header")
  func hugePNG() throws {
    var bytes = try GoldenPicture.named("rgb.png").bytes()
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
    let found = error(bytes)
    #expect(found?.problem == .tooLarge(width: 32768, height: 32768))
    #expect(found?.description.contains("32768×32768 pixels; pictures of more than 67108864 pixels") == true)
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    #expect(error(bytes)?.description.contains("width or height") == true)
  }

  @Test("A JPEG file of four billion pixels is refused by its header")
  func hugeJPEG() throws {
    var bytes = try GoldenPicture.named("grey.jpg").bytes()
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(error(bytes)?.problem == .tooLarge(width: 65500, height: 65500))
  }

  @Test("A file that claims more pixels than its bytes can hold is refused by its header")
  func liesAboutSize() throws {
    var png = try GoldenPicture.named("rgb.png").bytes()
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    #expect(error(png)?.description.hasSuffix("its \(png.count) bytes cannot hold 8192×8192 pixels") == true)
    var jpeg = try GoldenPicture.named("grey.jpg").bytes()
    let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x20, 0, 0x20, 0])
    #expect(error(jpeg)?.description.hasSuffix("its \(jpeg.count) bytes cannot hold 8192×8192 pixels") == true)
    jpeg[frame + 1] = 0xC9
    #expect(error(jpeg)?.description.contains("arithmetic") == true)
  }

  @Test("A PNG chunk that claims to be longer than the file is refused")
  func liesAboutLength() throws {
    var bytes = try GoldenPicture.named("rgb.png").bytes()
    bytes.insert(contentsOf: [0x7F, 0xFF, 0xFF, 0xFF] + Array("eXIf".utf8) + [0, 0, 0, 0], at: 33)
    #expect(error(bytes)?.description == "x is a damaged PNG file: the file is cut off")
  }

  /// A JPEG file whose three colours come in scans of their own, `count` in all.
  private func scans(_ count: Int) throws -> [UInt8] {
    let grey = try GoldenPicture.named("grey.jpg").bytes()
    func place(of marker: UInt8) throws -> Int {
      try #require(grey.indices.dropLast().first { grey[$0] == 0xFF && grey[$0 + 1] == marker })
    }
    let (frame, tables, scan) = (try place(of: 0xC0), try place(of: 0xC4), try place(of: 0xDA))
    let end = grey.count - 2
    var bytes = Array(grey[..<frame])
    bytes += [0xFF, 0xC0, 0, 17, 8]
    bytes += grey[frame + 5..<frame + 9]
    bytes += [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
    bytes += grey[tables..<scan]
    for number in 0..<count {
      bytes += [0xFF, 0xDA, 0, 8, 1, UInt8(number % 3 + 1), 0, 0, 63, 0]
      bytes += grey[(scan + 10)..<end]
    }
    return bytes + grey[end...]
  }

  @Test("A JPEG file of endless scans is given up")
  func manyScans() throws {
    #expect(try Picture(scans(3), name: "x").width == 45)
    #expect(try error(scans(120))?.description.hasSuffix("it has more than 100 scans") == true)
  }

  @Test(
    "Other kinds of files are named",
    arguments: [
      (Array("GIF89a..........".utf8), "x is a GIF file; PNG and JPEG can be read: convert it"),
      (Array("RIFF....WEBPVP8 ".utf8), "x is a WebP file; PNG and JPEG can be read: convert it"),
      (Array("BM..............".utf8), "x is a BMP file; PNG and JPEG can be read: convert it"),
      ([0x49, 0x49, 0x2A, 0, 0, 0, 0, 0], "x is a TIFF file; PNG and JPEG can be read: convert it"),
      (Array("....ftypheic....".utf8), "x is a HEIF file; PNG and JPEG can be read: convert it"),
      (Array("Hello, world".utf8), "x is neither a PNG nor a JPEG file: it begins with 48 65 6C 6C 6F 2C 20 77"),
      ([0xFF], "x is neither a PNG nor a JPEG file: it begins with FF"),
      ([], "x is empty; expected a PNG or JPEG file"),
    ])
  func others(bytes: [UInt8], text: String) { #expect(error(bytes)?.description == text) }

  @Test("What cannot be read is named")
  func unreadable() throws {
    #expect(throws: PictureError.self) { try Picture(path: "no/such/picture.png") }
    let folder = try TemporaryDirectory()
    let error = #expect(throws: PictureError.self) { try Picture(path: folder.url.path()) }
    #expect(error?.problem == .unreadable(code: EISDIR))
    let path = folder.url.appending(path: "long.png").path()
    // 1 GB that takes no place on the disk.
    #expect(FileManager.default.createFile(atPath: path, contents: nil) && truncate(path, 1 << 30) == 0)
    #expect(throws: PictureError.self) { try PictureFile.contents(path) }
  }

  @Test("EXIF data that are broken turn nothing")
  func brokenExif() throws {
    let golden = try GoldenPicture.named("turned-6.jpg")
    let upright = try Picture(path: GoldenPicture.named("turned-1.jpg").path)
    var bytes = try golden.bytes()
    let exif = try #require(Data(bytes).range(of: Data("Exif\0\0".utf8))).upperBound
    #expect(try Picture(bytes, name: "x").square(edge: 32) != upright.square(edge: 32))
    // Where the directory lies: beyond the end.
    bytes.replaceSubrange(exif + 4..<exif + 8, with: [0xFF, 0xFF, 0xFF, 0xFF])
    let picture = try Picture(bytes, name: "x")
    #expect(picture.orientation == .upright && picture.square(edge: 32) == upright.square(edge: 32))
  }
}
