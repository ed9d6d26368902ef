import Formats
import Foundation
import Text

/// Image files that are not there or not what they should be.
public enum CIFARError: Error, Equatable, CustomStringConvertible {
  case noDirectory(String)
  /// `contents` are the names that the directory holds instead, `expected` says what makes a data set.
  case missingFile(String, directory: String, contents: [String], expected: String)
  /// The system's `errno` on opening or mapping a file.
  case unreadable(String, code: Int32)
  case empty(String)
  case truncated(String, size: Int, recordSize: Int = Record.size)
  /// The label of record `record` (from 0) of a file is not below the number of classes.
  case label(String, record: Int, found: Int, classCount: Int, layout: RecordLayout = .oneByte)
  case classNames(String, found: Int, most: Int = 256)
  /// A file of class names that is too large to be one.
  case namesTooLong(String, size: Int, limit: Int = 1 << 16)
  /// A `dataset.json` that cannot be used.
  case description(String, reason: String)
  /// A record file that does not hold as many images as `dataset.json` says.
  case imageCount(String, found: Int, expected: Int)
  /// More images to hold out than there are, or none.
  case holdout(found: Int, images: Int)

  public var description: String {
    switch self {
    case .noDirectory(let path):
      "there is no directory \(path); `make data` fetches CIFAR-10 to \(DataSource.defaultDirectory)"
    case .missingFile(let name, let directory, let contents, let expected):
      "\(directory) holds no \(name), but \(contents.isEmpty ? "nothing" : contents.listed(most: 8)); expected \(expected)\(Self.hint(contents))"
    case .unreadable(let path, let code):
      "cannot read \(path): \(String(cString: strerror(code)))"
    case .empty(let path):
      "\(path) is empty; was its download cut off?"
    case .truncated(let path, let size, let recordSize):
      "\(path) is \(size) bytes long, which is no multiple of the \(recordSize) bytes of an image: its last image, "
        + "from byte \(size / recordSize * recordSize) on, is cut off; fetch the file again"
    case .label(let path, let record, let found, let classCount, let layout):
      "\(path), record \(record), byte \(record * layout.size + (layout == .coarseAndFine ? 1 : 0)): label \(found), "
        + "expected 0 to \(classCount - 1); is this a file of \(layout.dataSet)?"
    case .classNames(let path, let found, let most):
      "\(path) names \(found) classes, expected 2 to \(most)"
        + (found > most && most == 256
          ? ", which one byte can tell apart; for more see 'dptrain help data import'" : "")
    case .namesTooLong(let path, let size, let limit):
      "\(path) is \(size) bytes long; expected one name a line, at most \(limit) bytes; is it a file of CIFAR-10's binary version?"
    case .description(let path, let reason):
      "\(path) does not describe a data set: \(reason); 'dptrain data import' writes such files"
    case .imageCount(let path, let found, let expected):
      "\(path) holds \(found) images, but dataset.json says \(expected): the files do not belong together, or one is cut off"
    case .holdout(let found, let images):
      "cannot hold out \(found) of \(images) training images: expected 1 to \(images - 1)"
    }
  }

  /// Maps a file into memory.
  static func reading(_ path: String) throws(CIFARError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      throw .unreadable(path, code: error.code)
    }
  }

  private static func hint(_ contents: [String]) -> String {
    if contents.contains("data_batch_1") || contents.contains("meta") { return "; this is the Python version" }
    let archives = ["cifar-10-binary.tar", "cifar-100-binary.tar"]
    if let archive = contents.first(where: { name in archives.contains { name.hasPrefix($0) } }) {
      return "; unpack \(archive) first"
    }
    return contents.contains("batches.meta.txt") || contents.contains { $0.hasSuffix(".bin") }
      ? "" : "; 'dptrain data import' makes a data set from folders of pictures"
  }
}
