import Foundation

/// A file that is no picture, or not one that can be used.
public struct PictureError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Error, Sendable, Equatable {
    /// The system's `errno` on opening or reading.
    case unreadable(code: Int32)
    case tooManyBytes
    case unknownFormat(OtherFormat)
    case damaged(PictureFormat, reason: String)
    case tooLarge(width: Int, height: Int)
    case outOfMemory(width: Int, height: Int)
  }

  /// The file as the caller named it.
  public let name: String
  public let problem: Problem

  init(_ name: String, _ problem: Problem) {
    self.name = name
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .unreadable(let code): "cannot read \(name): \(String(cString: strerror(code)))"
    case .tooManyBytes: "\(name) is longer than \(Picture.mostBytes >> 20) MiB, too long for a picture"
    case .unknownFormat(.empty): "\(name) is empty; expected a PNG or JPEG file"
    case .unknownFormat(.picture(let kind)): "\(name) is a \(kind) file; PNG and JPEG can be read: convert it"
    case .unknownFormat(.bytes(let bytes)):
      "\(name) is neither a PNG nor a JPEG file: it begins with \(Self.hex(bytes))"
    case .damaged(let format, let reason): "\(name) is a damaged \(format.rawValue) file: \(reason)"
    case .tooLarge(let width, let height):
      "\(name) has \(width)×\(height) pixels; pictures of more than \(Picture.mostPixels) pixels (8192×8192) are refused: "
        + "make it smaller first"
    case .outOfMemory(let width, let height): "there is not enough memory for the \(width)×\(height) pixels of \(name)"
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
  }
}
