import Foundation

/// Image files that are not there or not what they should be.
public enum CIFARError: Error, Equatable, CustomStringConvertible {
  case noDirectory(String)
  /// `contents` are the names that the directory holds instead.
  case missingFile(String, directory: String, contents: [String])
  /// The system's `errno` on opening or mapping a file.
  case unreadable(String, code: Int32)
  case empty(String)
  case truncated(String, size: Int)
  /// The label of record `record` (from 0) of a file is not below the number of classes.
  case label(String, record: Int, found: Int, classCount: Int)
  case classNames(String, found: Int)
  /// A file of class names that is too large to be one.
  case namesTooLong(String, size: Int)

  public var description: String {
    switch self {
    case .noDirectory(let path):
      "there is no directory \(path); `make data` fetches CIFAR-10 to \(DataSource.defaultDirectory)"
    case .missingFile(let name, let directory, let contents):
      "\(directory) holds no \(name), but \(Self.list(contents)); expected the files of CIFAR-10's binary version: "
        + "data_batch_1.bin to data_batch_5.bin and test_batch.bin\(Self.hint(contents))"
    case .unreadable(let path, let code):
      "cannot read \(path): \(String(cString: strerror(code)))"
    case .empty(let path):
      "\(path) is empty; was its download cut off?"
    case .truncated(let path, let size):
      "\(path) is \(size) bytes long, which is no multiple of the \(Record.size) bytes of an image: its last image, "
        + "from byte \(size / Record.size * Record.size) on, is cut off; fetch the file again"
    case .label(let path, let record, let found, let classCount):
      "\(path), record \(record), byte \(record * Record.size): label \(found), expected 0 to \(classCount - 1); "
        + "is this a file of CIFAR-10's binary version?"
    case .classNames(let path, let found):
      "\(path) names \(found) classes, expected 2 to 256"
    case .namesTooLong(let path, let size):
      "\(path) is \(size) bytes long; expected one name a line, at most 65536 bytes; is it a file of CIFAR-10's binary version?"
    }
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "nothing" }
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }

  private static func hint(_ contents: [String]) -> String {
    if contents.contains("data_batch_1") { return "; this is the Python version" }
    if contents.contains("train.bin") || contents.contains("fine_label_names.txt") { return "; this is CIFAR-100" }
    if let archive = contents.first(where: { $0.hasPrefix("cifar-10-binary.tar") }) {
      return "; unpack \(archive) first"
    }
    return ""
  }
}
