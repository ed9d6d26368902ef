import Text
import Foundation
import Runs
import Training

/// A run as its directory tells it: all that a report is made of.
public struct RunFiles: Sendable {
  /// The directory, as it was given.
  public var path: String
  public var configuration: RunConfiguration
  /// Every setting by its path in `config.json`, such as `dense.epochs`.
  public var settings: [String: String]
  public var metrics: [MetricsRecord]
  /// nil where the run wrote none: it was made by an older program, or has only just begun.
  public var record: RunRecord?
  /// The sizes in bytes of the models that are there, by name.
  public var sizes: [String: Int]
  /// Whether a process works at the run.
  public var isRunning: Bool
  /// Whether the run has come to its end.
  public var isFinished: Bool

  /// The directory's own name.
  public var name: String { URL(filePath: path).standardizedFileURL.lastPathComponent }

  /// Reads a run directory.
  ///
  /// - Throws: `RunFilesError` where it holds no run, or files that cannot be understood.
  public init(directory path: String) throws(RunFilesError) {
    guard RunDirectory.holdsRun(path) else { throw RunFilesError(path, .noRun) }
    let file = "\(path)/report.json"
    let record = FileManager.default.fileExists(atPath: file) ? try Self.text(path, "report.json") : nil
    try self.init(
      path: path, configuration: try Self.text(path, "config.json"), metrics: try Self.text(path, "metrics.jsonl"),
      record: record)
    for name in ["dense.safetensors", "pruned.safetensors"] {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      if let size = attributes?[.size] as? Int { sizes[name] = size }
    }
    isRunning = RunDirectory.isInUse(path)
    isFinished = isFinished || FileManager.default.fileExists(atPath: "\(path)/report.txt")
  }

  /// A run that files of these contents tell.
  package init(
    path: String, configuration: String, metrics: String, record: String?
  ) throws(RunFilesError) {
    self.path = path
    do {
      self.configuration = try RunConfiguration(json: configuration, of: path)
      settings = try self.configuration.settings()
    } catch {
      throw RunFilesError(path, .unreadable(file: "config.json", reason: "\(error)"))
    }
    self.metrics = try Self.metrics(metrics, path: path)
    do {
      self.record = try record.map { try RunRecord(json: $0.utf8) }
    } catch {
      throw RunFilesError(path, .unreadable(file: "report.json", reason: "\(error)"))
    }
    sizes = [:]
    isRunning = false
    isFinished = self.record?.state == .finished
  }

  /// The lines of a run directory's `metrics.jsonl`.
  static func metrics(_ path: String) throws(RunFilesError) -> [MetricsRecord] {
    try metrics(try text(path, "metrics.jsonl"), path: path)
  }

  private static func metrics(_ text: String, path: String) throws(RunFilesError) -> [MetricsRecord] {
    let decoder = JSONDecoder()
    var result: [MetricsRecord] = []
    for (number, line) in text.split(separator: "\n").enumerated() {
      do {
        let record = try decoder.decode(MetricsRecord.self, from: Data(line.utf8))
        try record.check()
        result.append(record)
      } catch {
        throw RunFilesError(path, .unreadable(file: "metrics.jsonl", reason: "line \(number + 1): \(error)"))
      }
    }
    return result
  }

  private static func text(_ path: String, _ name: String) throws(RunFilesError) -> String {
    do {
      return String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    } catch {
      throw RunFilesError(path, .unreadable(file: name, reason: error.localizedDescription))
    }
  }
}

extension RunFiles {
  /// What the images are called whose accuracy a run reports: with `--holdout` no test images.
  var evaluatedImages: String { configuration.holdout == nil ? "test images" : "held-out training images" }
}

/// Why there is no report of a directory.
public struct RunFilesError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// It has no `config.json`.
    case noRun
    case unreadable(file: String, reason: String)
  }

  public let path: String
  public let problem: Problem

  init(_ path: String, _ problem: Problem) { (self.path, self.problem) = (path, problem) }

  public var description: String {
    switch problem {
    case .noRun: "\(path) is no run directory: it has no config.json"
    case .unreadable(let file, let reason): "\(path)/\(file) cannot be understood: \(reason)"
    }
  }
}
