import CImages
import Foundation

/// A picture of any size, decoded from a PNG or JPEG file.
public struct Picture: Sendable, Equatable {
  /// Pixels along the upper edge, as the file holds them.
  public let width: Int
  public let height: Int
  /// Red, green and blue of each pixel, `[height][width][3]`, from 0 (black) to 255.
  public let pixels: [UInt8]
  /// How the pixels must be turned to be seen as the camera was held.
  public let orientation: Orientation

  /// The most pixels that a file may claim: 8192×8192. The largest cameras have about 61 million; decoding so many takes up to
  /// 600 MB of memory.
  public static let mostPixels = 1 << 26
  /// The most bytes of a file.
  public static let mostBytes = 1 << 28

  /// - Parameter pixels: `[height][width][3]`.
  public init(width: Int, height: Int, pixels: [UInt8], orientation: Orientation = .upright) {
    precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "\(width)×\(height) pixels")
    self.width = width
    self.height = height
    self.pixels = pixels
    self.orientation = orientation
  }

  /// Decodes the contents of a PNG or JPEG file, told apart by their first bytes.
  ///
  /// - Parameter name: what errors call the file.
  /// - Throws: `PictureError` where the bytes are no such file, are damaged or cut off, or name more than ``mostPixels``.
  public init(_ bytes: some ContiguousBytes, name: String) throws(PictureError) {
    let result = bytes.withUnsafeBytes { Self.decode($0) }
    switch result {
    case .success(let picture): self = picture
    case .failure(let problem): throw PictureError(name, problem)
    }
  }

  /// Reads a PNG or JPEG file.
  public init(path: String) throws(PictureError) {
    try self.init(PictureFile.contents(path), name: path)
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) -> Result<Picture, PictureError.Problem> {
    guard let kind = PictureFormat(bytes.prefix(PictureFormat.prefix)) else {
      return .failure(.unknownFormat(bytes.count == 0 ? .empty : .init(bytes)))
    }
    var decoded = picture()
    defer { picture_free(&decoded) }
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status =
      switch kind {
      case .png: picture_decode_png(start, bytes.count, UInt64(mostPixels), &decoded)
      case .jpeg: picture_decode_jpeg(start, bytes.count, UInt64(mostPixels), &decoded)
      }
    let (width, height) = (Int(decoded.width), Int(decoded.height))
    guard status == PICTURE_DECODED, let pixels = decoded.pixels else {
      switch status {
      case PICTURE_TOO_LARGE: return .failure(.tooLarge(width: width, height: height))
      case PICTURE_OUT_OF_MEMORY: return .failure(.outOfMemory(width: width, height: height))
      default: return .failure(.damaged(kind, reason: message(of: decoded)))
      }
    }
    let exif = UnsafeRawBufferPointer(start: decoded.exif, count: decoded.exif_size)
    return .success(
      Picture(
        width: width, height: height, pixels: Array(UnsafeBufferPointer(start: pixels, count: 3 * width * height)),
        orientation: Orientation(exif: exif) ?? .upright))
  }

  private static func message(of decoded: picture) -> String {
    withUnsafeBytes(of: decoded.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
