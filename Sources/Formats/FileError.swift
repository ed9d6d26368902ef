import Foundation

/// A file operation that the system refused.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What was attempted.
  public enum Operation: String, Sendable {
    case open, read, create, write, flush, rename
  }

  public let operation: Operation
  /// The file as the caller named it.
  public let path: String
  /// The system's `errno`.
  public let code: Int32

  public init(_ operation: Operation, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String {
    "cannot \(operation.rawValue) \(path): \(String(cString: strerror(code)))\(advice)"
  }

  private var advice: String {
    switch code {
    case ENOSPC, EDQUOT: "; free some space there or choose another place. Nothing was written over."
    case EACCES, EPERM, EROFS: operation == .open || operation == .read ? "" : "; choose a place you may write to."
    case ENOENT where operation == .create: "; its directory does not exist."
    default: ""
    }
  }
}
