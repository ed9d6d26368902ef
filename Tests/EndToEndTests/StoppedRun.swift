import Foundation
import Reports
import TestSupport
import Testing

/// A run that stops with status 75, perhaps many times, and is resumed to its end.
struct StoppedRun {
  let run: FinishedRun
  let stops: Int

  /// Runs to the end.
  ///
  /// - Parameter ranks: the numbers of ranks that take turns; nil for no launcher.
  init(_ scratch: Scratch, _ name: String, _ arguments: [String], ranks: [Int?]) throws {
    var stops = 0
    while true {
      let result = try dptrain(
        arguments + ["--output", scratch.path(name), "--resume"], ranks: ranks[stops % ranks.count])
      if result.ending != .exited(75) || stops == 40 {
        try #require(result.succeeded, "\(result)")
        run = FinishedRun(result: result, url: scratch.url.appending(path: name))
        self.stops = stops
        return
      }
      stops += 1
    }
  }

  /// The same run, never stopped, on one rank.
  static func uninterrupted(_ scratch: Scratch, _ arguments: [String], _ name: String = "whole") throws -> FinishedRun {
    let result = try dptrain(arguments + ["--output", scratch.path(name)])
    try #require(result.succeeded, "\(result)")
    return FinishedRun(result: result, url: scratch.url.appending(path: name))
  }
}

/// Expects two runs to have ended with the same bits, and to say the same but for times and what ranks send each other.
func expectSame(_ one: FinishedRun, _ other: FinishedRun, sourceLocation: SourceLocation = #_sourceLocation) throws {
  #expect(one.weights?.count == "weights ".count + 32 && one.weights == other.weights, sourceLocation: sourceLocation)
  let models = try FileManager.default.subpathsOfDirectory(atPath: other.path("")).filter {
    $0.hasSuffix(".safetensors") && !$0.contains("step-")
  }
  #expect(!models.isEmpty, sourceLocation: sourceLocation)
  for file in models + ["config.json"] {
    try expectSameBytes(one.contents(file), other.contents(file), file, sourceLocation: sourceLocation)
  }
  #expect(try untimed(one) == untimed(other), sourceLocation: sourceLocation)
  #expect(try report(one) == report(other), sourceLocation: sourceLocation)
  #expect(try record(one) == record(other), sourceLocation: sourceLocation)
}

/// What `report.json` says of the network, without what clocks and processes say.
private func record(_ run: FinishedRun) throws -> RunRecord {
  var record = try RunRecord(json: run.contents("report.json"))
  #expect(record.state == .finished && record.speed != nil && !record.stages.isEmpty)
  for index in record.stages.indices { record.stages[index].seconds = 0 }
  (record.sessions, record.updated, record.seconds, record.speed) = ([], nil, 0, nil)
  return record
}

/// The metrics without what the clock says, and what a rank has to send; the seconds never fall.
private func untimed(_ run: FinishedRun) throws -> [[String: NSObject]] {
  let lines = try run.metrics()
  let seconds = lines.compactMap { $0["seconds"] as? Double }
  #expect(seconds == seconds.sorted() && seconds.count == lines.count)
  let others: Set = ["seconds", "images_per_second", "exchange_share", "exchange_seconds", "exchange_bytes"]
  return lines.map { $0.filter { !others.contains($0.key) } }
}

/// The lines of the report that no clock and no number of ranks changes.
private func report(_ run: FinishedRun) throws -> [Substring] {
  try run.text("report.txt").split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.replacing(/\ +[0-9,]+ images\/s/, with: "").replacing(/in [0-9.]+ ms/, with: "in some ms") }
    .filter { line in
      !["images at", "exchange in ", " parameters; ", "results go to"].contains { line.contains($0) }
    }
    .map { Substring($0) }
}
