import Foundation
import Formats
import TestSupport
import Testing

/// A run of the whole job, made once for all tests that look at it: two rounds of pruning the small network on the built-in
/// images.
struct FinishedRun {
  let result: ProcessResult
  /// The run directory.
  let url: URL

  static let arguments = [
    "--arch", "resnet8", "--data", "synthetic", "--training-images", "1024", "--batch-size", "512", "--microbatch",
    "64",
    "--epochs", "2", "--finetune-epochs", "1", "--iterations", "2", "--prune", "0.98",
    "--learning-rate", "0.4", "--finetune-learning-rate", "0.2",
  ]
  static let rankCounts = [1, 2, 4, 8]

  /// The run on this many ranks; on one without a launcher.
  static func on(ranks: Int) throws -> FinishedRun { try #require(try all.get()[ranks]) }

  private static let all = Result { try makeAll() }
  private static let scratch = Result { try TemporaryDirectory() }

  private static func makeAll() throws -> [Int: FinishedRun] {
    // Nobody owns what a test process keeps until its end.
    atexit { _ = try? FileManager.default.removeItem(at: FinishedRun.scratch.get().url) }
    let folder = try scratch.get().url
    var runs: [Int: FinishedRun] = [:]
    for ranks in rankCounts {
      let url = folder.appending(path: "on-\(ranks)")
      let result = try dptrain(arguments + ["--output", url.path()], ranks: ranks == 1 ? nil : ranks)
      try #require(result.succeeded, "\(result)")
      runs[ranks] = FinishedRun(result: result, url: url)
    }
    return runs
  }

  func path(_ name: String) -> String { url.appending(path: name).path() }
  func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }
  func text(_ name: String) throws -> String { String(decoding: try contents(name), as: UTF8.self) }

  /// The lines of `metrics.jsonl`.
  func metrics() throws -> [[String: NSObject]] {
    try text("metrics.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: NSObject])
    }
  }

  /// The line of the output that names the hash of all weights.
  var weights: String? { result.outputLines.last { $0.hasPrefix("weights ") } }

  /// The convolution weights of a model file, by name.
  static func convolutions(_ path: String) throws -> [String: [Float]] {
    let file = try SafetensorsFile(path: path)
    var weights: [String: [Float]] = [:]
    for name in file.names where try file.shape(name).count == 4 { weights[name] = try file.floats(name) }
    return weights
  }
}
