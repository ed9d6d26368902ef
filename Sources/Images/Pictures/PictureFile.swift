import Foundation

/// Reading the contents of files that may be pictures.
public enum PictureFile {
  /// All bytes of the file at `path`, which may be a pipe; of standard input for `-`.
  ///
  /// - Throws: `PictureError` where it cannot be read, or is longer than ``Picture/mostBytes``.
  public static func contents(_ path: String) throws(PictureError) -> [UInt8] {
    guard path != "-" else { return try contents(of: 0, name: "standard input") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PictureError(path, .unreadable(code: errno)) }
    defer { close(descriptor) }
    return try contents(of: descriptor, name: path)
  }

  private static func contents(of descriptor: Int32, name: String) throws(PictureError) -> [UInt8] {
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let size = isRegular ? Int(status.st_size) : 0
    guard size <= Picture.mostBytes else { throw PictureError(name, .tooManyBytes) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw PictureError(name, .unreadable(code: errno)) }
      guard got > 0 else { return bytes }
      bytes += part[..<got]
      guard bytes.count <= Picture.mostBytes else { throw PictureError(name, .tooManyBytes) }
    }
  }
}
