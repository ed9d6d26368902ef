import Foundation

/// A file that lies in memory only and whose contents change from input to input, under a path that stays.
final class MemoryFile {
  private let descriptor: Int32

  init() {
    var name = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    unlink(name)
    precondition(descriptor >= 0, "cannot make a file in memory: \(String(cString: strerror(errno)))")
  }

  deinit { close(descriptor) }

  var path: String { "/proc/self/fd/\(descriptor)" }

  /// Replaces the contents by `bytes` and, behind them, so many zeros.
  func replace(by bytes: [UInt8], zeros: Int = 0) {
    let isWritten =
      ftruncate(descriptor, 0) == 0 && pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
      && ftruncate(descriptor, off_t(bytes.count + zeros)) == 0
    precondition(isWritten, "cannot write to memory: \(String(cString: strerror(errno)))")
  }
}
