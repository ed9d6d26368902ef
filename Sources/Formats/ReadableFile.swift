import Foundation

/// A file held open for reading at given offsets; it stays the same file when another takes its name.
final class ReadableFile: Sendable {
  let path: String
  /// Its length in bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  init(path: String) throws(FileError) {
    // Without O_NONBLOCK a pipe under this name would be waited for until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.open, path) }
    var status = stat()
    let code: Int32 =
      fstat(descriptor, &status) != 0 ? errno : status.st_mode & S_IFMT == S_IFDIR ? EISDIR : 0
    guard code == 0 else {
      close(descriptor)
      throw FileError(.open, path, code: code)
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// `count` elements from byte `offset` on, as they lie in the file. A file that ends before is an error (`EIO`).
  func read<Element: BitwiseCopyable>(_ type: Element.Type, count: Int, at offset: Int) throws(FileError) -> [Element] {
    // An empty array is one object that all threads share; being told that it holds nothing would write to it.
    guard count > 0 else { return [] }
    var failure: FileError?
    let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      var rest = UnsafeMutableRawBufferPointer(buffer)[..<(count * MemoryLayout<Element>.stride)]
      var position = offset
      while !rest.isEmpty {
        let got = pread(
          descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count, off_t(position))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else {
          failure = FileError(.read, path, code: got < 0 ? errno : EIO)
          return
        }
        position += got
        rest = rest.dropFirst(got)
      }
      initialized = count
    }
    if let failure { throw failure }
    return elements
  }
}
