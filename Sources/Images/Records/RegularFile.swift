import Foundation

/// A regular file held open for reading; anything else in its place is refused, and no pipe is waited for.
struct RegularFile: ~Copyable {
  let descriptor: Int32
  /// Its length in bytes when it was opened.
  let size: Int

  init(path: String) throws(CIFARError) {
    // Without O_NONBLOCK a pipe under this name would be waited for until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path, code: errno) }
    var status = stat()
    let isFound = fstat(descriptor, &status) == 0
    let type = status.st_mode & S_IFMT
    let code: Int32 = !isFound ? errno : type == S_IFREG ? 0 : type == S_IFDIR ? EISDIR : EINVAL
    guard code == 0 else {
      close(descriptor)
      throw .unreadable(path, code: code)
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Its bytes, up to its end or the first `limit` of them.
  func bytes(limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: min(size, limit)) { buffer, count in
      while count < buffer.count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(count))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { return }
        count += got
      }
    }
  }
}
