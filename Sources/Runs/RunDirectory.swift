import Formats
import Foundation

/// The directory that holds everything a run makes. Rank 0 alone has one.
///
/// It is locked while the run goes on, and a directory that holds a run already is refused: nothing is ever overwritten.
public final class RunDirectory {
  public let path: String
  /// All lines of `metrics.jsonl`.
  private(set) var metricsText = ""
  private let lock: Int32
  private var metrics: Int32

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
    let lock = try Self.lock(path)
    var ready = false
    defer { if !ready { close(lock) } }
    let results = [
      "config.json", "metrics.jsonl", "dense.safetensors", "pruned.safetensors", "report.txt", "report.json",
    ]
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
    if Self.createDirectories("\(path)/checkpoints") != nil { throw Self.notWritable(path) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(configuration), as: UTF8.self) + "\n", to: "\(path)/config.json")
    metrics = open("\(path)/metrics.jsonl", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
    guard metrics >= 0 else { throw Self.notWritable(path) }
    self.lock = lock
    ready = true
  }

  /// Locks the directory of a run that is to go on.
  ///
  /// - Throws: `RunDirectoryError` where the run is going on already, or the directory cannot be written.
  public init(resuming path: String) throws {
    self.path = path
    let lock = try Self.lock(path)
    var ready = false
    defer { if !ready { close(lock) } }
    if Self.createDirectories("\(path)/checkpoints") != nil { throw Self.notWritable(path) }
    metrics = -1
    self.lock = lock
    ready = true
  }

  private static func lock(_ path: String) throws(RunDirectoryError) -> Int32 {
    let lock = open("\(path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw notWritable(path) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw RunDirectoryError(path, .inUse)
    }
    return lock
  }

  private static func notWritable(_ path: String) -> RunDirectoryError {
    RunDirectoryError(path, .notWritable(reason: String(cString: strerror(errno))))
  }

  /// Whether a directory holds a run, finished or not.
  public static func holdsRun(_ path: String) -> Bool { access("\(path)/config.json", F_OK) == 0 }

  /// Whether a process works at the run in a directory.
  public static func isInUse(_ path: String) -> Bool {
    let lock = open("\(path)/.lock", O_RDONLY | O_CLOEXEC)
    guard lock >= 0 else { return false }
    defer { close(lock) }
    return flock(lock, LOCK_SH | LOCK_NB) != 0
  }

  /// Whether the run in the directory has come to its end.
  public var isFinished: Bool { access(file("report.txt"), F_OK) == 0 }

  /// Ends the run with what it reported.
  ///
  /// - Throws: `FileError`.
  func finish(report: String) throws { try AtomicFile.write(report, to: file("report.txt")) }

  /// What the finished run reported.
  public func report() throws -> String { try text("report.txt") }

  /// The settings that the run began with: what `config.json` says.
  public func configurationText() throws -> String { try text("config.json") }

  private func text(_ name: String) throws -> String {
    do {
      return String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
    } catch {
      throw FileError(.read, file(name), code: (error as NSError).posixCode)
    }
  }

  /// Makes the directory what it was at a checkpoint, or at the run's beginning, and takes further lines of metrics.
  ///
  /// Damaged checkpoints are renamed to `….damaged`, so that nobody takes them for what the run goes on to write.
  public func goOn(from found: FoundCheckpoint?) throws {
    for error in found?.skipped ?? [] { rename(error.path, error.path + ".damaged") }
    removeUnfinishedFiles()
    let path = file("metrics.jsonl")
    let bytes = found?.checkpoint.metrics ?? []
    try AtomicFile.write(bytes, to: path)
    if metrics >= 0 { close(metrics) }
    metrics = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard metrics >= 0 else { throw FileError(.open, path) }
    metricsText = String(decoding: bytes, as: UTF8.self)
  }

  /// Removes the checkpoint that a process left which was killed while writing: in a finished run too, whose last checkpoint may
  /// have been on its way when the report was there.
  public func removeUnfinishedFiles() { CheckpointStore.removePartial(folder: file("checkpoints")) }

  deinit {
    if metrics >= 0 { close(metrics) }
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
    let line = try record.line() + "\n"
    do {
      try FileWriter(descriptor: metrics, path: file("metrics.jsonl")).write(line)
    } catch {
      // Half a line would stay, and the next one follow it.
      ftruncate(metrics, off_t(metricsText.utf8.count))
      throw error
    }
    metricsText += line
  }
}

/// Why a directory cannot hold a run.
public struct RunDirectoryError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    case cannotCreate(reason: String)
    case notWritable(reason: String)
    case inUse
    case holdsRun(file: String)
    case unreadableConfiguration(reason: String)
    case otherSettings([String])
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
      "the run directory \(path) holds a run already (\(file)): go on with it by --resume, choose another with --output, "
        + "or remove it"
    case .unreadableConfiguration(let reason):
      "the run directory \(path) cannot be resumed: its config.json cannot be understood: \(reason)"
    case .otherSettings(let differences):
      "the run directory \(path) holds a run with other settings: \(differences.joined(separator: "; ")). Give the same ones, "
        + "or `dptrain resume \(path)` without any"
    }
  }
}

extension NSError {
  /// The system's `errno` below a Cocoa error, or `EIO`.
  fileprivate var posixCode: Int32 {
    let below = userInfo[NSUnderlyingErrorKey] as? NSError
    return (below ?? self).domain == NSPOSIXErrorDomain ? Int32((below ?? self).code) : EIO
  }
}
