import Foundation

/// A regular file mapped into memory, read-only: its pages are read when they are looked at, and processes share them.
///
/// `@unchecked Sendable`: the memory is never written to.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  private let memory: UnsafeRawBufferPointer

  /// Throws where there is no such file, or something else than a regular file.
  public init(path: String) throws(FileError) {
    // Without O_NONBLOCK a pipe under this name would be waited for until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.open, path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.open, path) }
    let type = status.st_mode & S_IFMT
    guard type == S_IFREG else { throw FileError(.open, path, code: type == S_IFDIR ? EISDIR : EINVAL) }
    let size = Int(status.st_size)
    self.path = path
    guard size > 0 else {
      // Nothing cannot be mapped.
      memory = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), mapping != MAP_FAILED else {
      throw FileError(.read, path)
    }
    memory = UnsafeRawBufferPointer(start: mapping, count: size)
  }

  deinit {
    if let start = memory.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), memory.count) }
  }

  /// Its length in bytes when it was opened.
  public var size: Int { memory.count }

  /// Calls `body` with the file's bytes, which are valid for so long only.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(memory)
  }
}
