import Foundation
import Testing
import Runs
import Training

/// The keys of `metrics.jsonl`, which other programs read.
struct MetricsRecordTests {
  private func object(_ record: MetricsRecord) throws -> [String: Any] {
    let line = try record.line()
    #expect(!line.contains("\n"))
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func anEpochHasAllKeys() throws {
    let object = try object(
      MetricsRecord(
        phase: .finetune, round: 2, epoch: 3, step: 44, trainLoss: 0.5, trainAccuracy: 0.75, testLoss: 1.5,
        testAccuracy: 0.25, learningRate: 0.125, imagesPerSecond: 1000, exchangeShare: 0.0625,
        exchangeSeconds: 0.25, exchangeBytes: 1024, seconds: 12.5, sparsity: 0.5))
    #expect(object["phase"] as? String == "finetune")
    let expected: [String: Double] = [
      "round": 2, "epoch": 3, "step": 44, "train_loss": 0.5, "train_accuracy": 0.75, "test_loss": 1.5,
      "test_accuracy": 0.25, "learning_rate": 0.125, "images_per_second": 1000, "exchange_share": 0.0625,
      "exchange_seconds": 0.25, "exchange_bytes": 1024, "seconds": 12.5, "sparsity": 0.5,
    ]
    #expect(Set(object.keys) == Set(expected.keys).union(["phase"]))
    for (key, value) in expected { #expect((object[key] as? NSNumber)?.doubleValue == value, "\(key)") }
  }

  @Test func pruningHasNoTrainingKeys() throws {
    let object = try object(
      MetricsRecord(
        phase: .prune, round: 1, epoch: 0, step: 8, testLoss: 1, testAccuracy: 0.5, seconds: 1, sparsity: 0.9))
    #expect(
      Set(object.keys) == ["phase", "round", "epoch", "step", "test_loss", "test_accuracy", "seconds", "sparsity"])
  }

  @Test func recordsComeBack() throws {
    let record = MetricsRecord(
      phase: .dense, round: 0, epoch: 1, step: 2, trainLoss: 0.1, testLoss: 0.2, testAccuracy: 0.3, seconds: 4,
      sparsity: 0)
    #expect(try JSONDecoder().decode(MetricsRecord.self, from: Data(record.line().utf8)) == record)
  }

  /// docs/metrics.md has a row for each field, and says which lines have it.
  @Test func everyFieldIsDocumented() throws {
    let full = MetricsRecord(
      phase: .dense, round: 0, epoch: 1, step: 2, trainLoss: 1, trainAccuracy: 1, testLoss: 1, testAccuracy: 1,
      learningRate: 1, imagesPerSecond: 1, exchangeShare: 1, exchangeSeconds: 1, exchangeBytes: 1, skippedSteps: 1,
      seconds: 1, sparsity: 1)
    let fields = try object(full)
    // Nothing that a record can hold was left out here.
    #expect(fields.count == Mirror(reflecting: full).children.count)
    let pruning = try object(
      MetricsRecord(
        phase: .prune, round: 1, epoch: 0, step: 8, testLoss: 1, testAccuracy: 0.5, seconds: 1, sparsity: 0.9))
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/metrics.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(text.firstMatch(of: /\n## metrics\.jsonl\n(.*?)\n##\s/.dotMatchesNewlines())?.1)
    let rows = section.matches(of: /\n\| `([a-z_]+)` \| [a-z]+ \|[^|]*\| (all|epochs) \|/).map {
      (field: String($0.1), lines: String($0.2))
    }
    #expect(Set(rows.map(\.field)) == Set(fields.keys) && rows.count == fields.count)
    #expect(Set(rows.filter { $0.lines == "all" }.map(\.field)) == Set(pruning.keys))
  }
}
