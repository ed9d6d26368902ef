/// The kinds of picture files that can be read.
public enum PictureFormat: String, Sendable, Equatable {
  case png = "PNG"
  case jpeg = "JPEG"

  /// The bytes of a file that tell its kind.
  public static let prefix = 12

  /// The kind of a file by its first bytes; nil where it is neither.
  public init?(_ prefix: some Collection<UInt8>) {
    if prefix.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if prefix.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// The endings of the names of such files, in lower case.
  public static let nameEndings = ["jpeg", "jpg", "png"]
}

/// What a file is that is neither PNG nor JPEG, as far as its first bytes tell.
public enum OtherFormat: Sendable, Equatable {
  case empty
  /// A kind of picture that is not read.
  case picture(String)
  /// Its first bytes, at most eight.
  case bytes([UInt8])

  init(_ bytes: UnsafeRawBufferPointer) {
    let prefix = Array(bytes.prefix(PictureFormat.prefix))
    func holds(_ text: String, at place: Int = 0) -> Bool { prefix.dropFirst(place).starts(with: text.utf8) }
    if holds("GIF8") {
      self = .picture("GIF")
    } else if holds("RIFF") && holds("WEBP", at: 8) {
      self = .picture("WebP")
    } else if holds("BM") {
      self = .picture("BMP")
    } else if prefix.starts(with: [0x49, 0x49, 0x2A, 0]) || prefix.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      self = .picture("TIFF")
    } else if holds("ftypheic", at: 4) || holds("ftypavif", at: 4) || holds("ftypmif1", at: 4) {
      self = .picture("HEIF")
    } else {
      self = .bytes(Array(prefix.prefix(8)))
    }
  }
}
