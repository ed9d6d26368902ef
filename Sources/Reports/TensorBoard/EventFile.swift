import Formats
import Foundation

/// An event file that a run writes on: it is begun with all that is known, and grows by whole records.
///
/// What is there already never changes, so that a TensorBoard that reads along sees every record once.
public final class EventFile {
  public let path: String
  private let descriptor: Int32
  private var size: Int

  /// Begins the one event file of a folder; those that are there are removed once it is complete.
  ///
  /// - Parameters:
  ///   - folder: is made where it does not exist.
  ///   - began: the moment of the first record; also part of the file's name, as TensorBoard expects.
  ///   - records: what it begins with.
  /// - Throws: `FileError` where it cannot be written.
  public init(folder: String, began: Date, records: [EventRecord]) throws {
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw FileError(.create, folder) }
    let earlier = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      $0.hasPrefix(Self.prefix)
    }
    let last = earlier.compactMap { Int($0.dropFirst(Self.prefix.count).prefix { $0.isNumber }) }.max() ?? 0
    // TensorBoard reads files in the order of their names.
    let number = max(Int(Date().timeIntervalSince1970), last + 1)
    path = "\(folder)/\(Self.prefix)\(number).dptrain"
    var bytes = try EventRecord.head(wallTime: began.timeIntervalSince1970)
    for record in records { bytes += try record.framed() }
    // Under its own name from the start: readers wait for the rest of a file, and take any name that holds "tfevents" for one.
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
    size = bytes.count
    guard descriptor >= 0 else { throw FileError(.create, path) }
    do {
      try FileWriter(descriptor: descriptor, path: path).write(bytes)
    } catch {
      unlink(path)
      throw error
    }
    for name in earlier { unlink("\(folder)/\(name)") }
  }

  private static let prefix = "events.out.tfevents."

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends records.
  ///
  /// - Throws: `FileError` where the system does not take them, as on a full disk; the file is as it was then.
  public func append(_ records: [EventRecord]) throws {
    var bytes: [UInt8] = []
    for record in records { bytes += try record.framed() }
    do {
      try FileWriter(descriptor: descriptor, path: path).write(bytes)
    } catch {
      ftruncate(descriptor, off_t(size))
      throw error
    }
    size += bytes.count
  }
}
