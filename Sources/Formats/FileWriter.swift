import Foundation

/// Where the contents of a file that is being written go, in order.
public struct FileWriter: ~Copyable {
  private let descriptor: Int32
  /// The name that errors give.
  private let path: String

  package init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Appends `bytes`; throws when the system takes fewer, as on a full disk.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileError(.write, path, code: written < 0 ? errno : ENOSPC) }
      rest = rest.dropFirst(written)
    }
  }

  /// Appends the bytes of `elements` as they lie in memory.
  public func write<Element: BitwiseCopyable>(_ elements: [Element]) throws(FileError) {
    try elements.withUnsafeBufferPointer { buffer throws(FileError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Appends `text` in UTF-8.
  public func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }
}
