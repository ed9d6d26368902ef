import Formats
import Foundation

/// The directory that holds everything a run makes. Rank 0 alone has one.
///
/// It is locked while the run goes on, and a directory that holds a run already is refused: nothing is ever overwritten.
public final class RunDirectory {
  public let path: String
  private let lock: Int32
  private let metrics: Int32

  /// Creates and locks the directory, and writes `config.json`.
  ///
  /// - Parameters:
  ///   - path: an empty or new directory; its parents are created.
  ///   - configuration: the contents of `config.json`.
  /// - Throws: `RunDirectoryError`, or `FileError` where `config.json` cannot be written.
  public init(path: String, configuration: some Encodable) throws {
    self.path = path
    if let code = Self.createDirectories(path) {
      throw RunDirectoryError(path, .cannotCreate(reason: String(cString: strerror(code))))
    }
    func notWritable() -> RunDirectoryError {
      RunDirectoryError(path, .notWritable(reason: String(cString: strerror(errno))))
    }
    let lock = open("\(path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw notWritable() }
    var ready = false
    defer { if !ready { close(lock) } }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw RunDirectoryError(path, .inUse) }
    let results = ["config.json", "metrics.jsonl", "dense.safetensors", "pruned.safetensors", "report.txt"]
    if let found = results.first(where: { access("\(path)/\($0)", F_OK) == 0 }) {
      throw RunDirectoryError(path, .holdsRun(file: found))
    }
    // A run that cannot begin leaves nothing that looks like one.
    defer {
      if !ready {
        unlink("\(path)/config.json")
        unlink("\(path)/metrics.jsonl")
        rmdir("\(path)/checkpoints")
      }
    }
    if Self.createDirectories("\(path)/checkpoints") != nil { throw notWritable() }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(configuration), as: UTF8.self) + "\n", to: "\(path)/config.json")
    metrics = open("\(path)/metrics.jsonl", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
    guard metrics >= 0 else { throw notWritable() }
    self.lock = lock
    ready = true
  }

  deinit {
    close(metrics)
    close(lock)
  }

  /// Creates a directory and its parents where they do not exist. Returns the system's `errno`, nil on success.
  private static func createDirectories(_ path: String) -> Int32? {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for name in path.split(separator: "/") {
      prefix += name
      guard mkdir(prefix, 0o777) == 0 || errno == EEXIST else { return errno }
      prefix += "/"
    }
    // The slash at its end makes a file in the place of the directory an error.
    return access(prefix.isEmpty ? "." : prefix, F_OK) == 0 ? nil : errno
  }

  /// The directory of a run that names none: `runs/<time>-<architecture>`.
  public static func defaultPath(architecture: String, now: Date = Date()) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    return "runs/\(format.string(from: now))-\(architecture)"
  }

  /// The path of a file in the directory.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Appends a line to `metrics.jsonl`.
  ///
  /// - Throws: `FileError` where the system does not take it, as on a full disk.
  public func append(_ record: MetricsRecord) throws {
    try FileWriter(descriptor: metrics, path: file("metrics.jsonl")).write(try record.line() + "\n")
  }
}

/// Why a directory cannot hold a run.
public struct RunDirectoryError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    case cannotCreate(reason: String)
    case notWritable(reason: String)
    case inUse
    case holdsRun(file: String)
  }

  public let path: String
  public let problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .cannotCreate(let reason):
      "the run directory \(path) cannot be created: \(reason); choose another with --output"
    case .notWritable(let reason):
      "the run directory \(path) cannot be written: \(reason); choose another with --output"
    case .inUse: "the run directory \(path) is in use by another run: choose another with --output"
    case .holdsRun(let file):
      "the run directory \(path) holds a run already (\(file)): choose another with --output, or remove it"
    }
  }
}
