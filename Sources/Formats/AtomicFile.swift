import Foundation

/// Writing a file so that a reader finds either the whole old contents or the whole new ones, whatever happens between.
///
/// The new contents go to `path + ".partial"`, are flushed to the disk, and only then take the old file's name; the
/// directory is flushed last. Where anything fails, the partial file is removed and the old file is as it was.
public enum AtomicFile {
  /// Replaces the file at `path` by what `body` writes.
  public static func write(
    to path: String, _ body: (borrowing FileWriter) throws(FileError) -> Void
  ) throws(FileError) {
    let partial = path + ".partial"
    // O_NOFOLLOW: a link left under this name must not send the bytes elsewhere.
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    do throws(FileError) {
      do throws(FileError) {
        try body(FileWriter(descriptor: descriptor, path: path))
        guard fsync(descriptor) == 0 else { throw FileError(.flush, path) }
      } catch {
        close(descriptor)
        throw error
      }
      // Network file systems may report a full disk only now.
      guard close(descriptor) == 0 else { throw FileError(.write, path) }
      guard rename(partial, path) == 0 else { throw FileError(.rename, path) }
    } catch {
      unlink(partial)
      throw error
    }
    try flushDirectory(of: path)
  }

  /// Replaces the file at `path` by `text` in UTF-8.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(to: path) { writer throws(FileError) in try writer.write(text) }
  }

  /// Replaces the file at `path` by the bytes of `elements` as they lie in memory.
  public static func write<Element: BitwiseCopyable>(_ elements: [Element], to path: String) throws(FileError) {
    try write(to: path) { writer throws(FileError) in try writer.write(elements) }
  }

  /// Makes the new name of the file itself survive a power failure.
  private static func flushDirectory(of path: String) throws(FileError) {
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A directory may be writable yet not readable; then the file is complete, only its name is flushed later.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // EINVAL, ENOTSUP: this file system does not flush directories.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw FileError(.flush, path) }
  }
}
