import Formats
import Foundation

/// The directory that holds everything a run makes. Rank 0 alone has one.
///
/// It is locked while the run goes on, and a directory that holds a run already is refused: nothing is ever overwritten.
public final class RunDirectory {
  public let path: String
  private let lock: Int32
  private let metrics: FileHandle

  /// Creates and locks the directory, and writes `config.json`.
  ///
  /// - Parameters:
  ///   - path: an empty or new directory; its parents are created.
  ///   - configuration: the contents of `config.json`.
  public init(path: String, configuration: some Encodable) throws {
    self.path = path
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RunDirectoryError(path, .cannotCreate(reason: Self.reason(error)))
    }
    let lock = open("\(path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw RunDirectoryError(path, .notWritable(reason: String(cString: strerror(errno)))) }
    var ready = false
    defer { if !ready { close(lock) } }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw RunDirectoryError(path, .inUse) }
    let results = ["config.json", "metrics.jsonl", "dense.safetensors", "pruned.safetensors", "report.txt"]
    if let found = results.first(where: { files.fileExists(atPath: "\(path)/\($0)") }) {
      throw RunDirectoryError(path, .holdsRun(file: found))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(configuration), as: UTF8.self) + "\n", to: "\(path)/config.json")
    do {
      try files.createDirectory(atPath: "\(path)/checkpoints", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: "\(path)/metrics.jsonl"))
      metrics = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/metrics.jsonl"))
    } catch {
      throw RunDirectoryError(path, .notWritable(reason: Self.reason(error)))
    }
    self.lock = lock
    ready = true
  }

  deinit {
    try? metrics.close()
    close(lock)
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
  public func append(_ record: MetricsRecord) throws {
    do {
      try metrics.write(contentsOf: Data((try record.line() + "\n").utf8))
    } catch {
      throw RunDirectoryError(path, .notWritable(reason: Self.reason(error)))
    }
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
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
    case .cannotCreate(let reason): "the run directory \(path) cannot be created: \(reason)"
    case .notWritable(let reason): "the run directory \(path) cannot be written: \(reason)"
    case .inUse: "the run directory \(path) is in use by another run: choose another with --output"
    case .holdsRun(let file):
      "the run directory \(path) holds a run already (\(file)): choose another with --output, or remove it"
    }
  }
}
