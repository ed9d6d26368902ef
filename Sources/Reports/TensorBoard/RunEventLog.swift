import Images
import Foundation
import Runs
import Training

/// A run's figures as TensorBoard's events, in the run's `tensorboard` folder: each of them once, however often the run was
/// stopped and resumed. docs/metrics.md lists the tags.
final class RunEventLog {
  private let file: EventFile
  private var done: Done

  /// How much of a run is written.
  private struct Done {
    var metrics = 0
    var stages = 0
    var hasChanges = false
  }

  /// Begins the file with all that the run has come to so far.
  ///
  /// - Throws: `FileError` where it cannot be written.
  init(folder: String, metrics: [MetricsRecord], record: RunRecord) throws {
    var done = Done()
    let records = Self.rest(metrics: metrics, record: record, done: &done)
    file = try EventFile(folder: folder, began: Self.began(record), records: records)
    self.done = done
  }

  /// Appends what is new.
  func catchUp(metrics: [MetricsRecord], record: RunRecord) throws {
    var next = done
    let records = Self.rest(metrics: metrics, record: record, done: &next)
    guard !records.isEmpty else { return }
    try file.append(records)
    done = next
  }

  private static func began(_ record: RunRecord) -> Date { record.sessions.first?.began ?? Date() }

  private static func rest(metrics: [MetricsRecord], record: RunRecord, done: inout Done) -> [EventRecord] {
    let began = began(record).timeIntervalSince1970
    var result = metrics.dropFirst(done.metrics).map { line in
      EventRecord(
        wallTime: began + line.seconds, step: line.step, values: scalars(line).map { ($0, .scalar($1)) })
    }
    for stage in record.stages.dropFirst(done.stages) {
      result.append(
        EventRecord(
          wallTime: began + stage.seconds, step: stage.step,
          values: stage.layers.filter { $0.survivors > 0 }.map { layer in
            ("weights_\(stage.kind.rawValue)/\(layer.name)", .histogram(layer.histogram.events))
          }))
    }
    if let changes = record.changes, !changes.images.isEmpty, !done.hasChanges, record.state == .finished {
      let names = record.data.classNames
      result.append(
        EventRecord(
          wallTime: began + record.seconds, step: record.stages.last?.step ?? 0,
          values: changes.images.map { image in
            (
              "wrong_after_pruning/\(image.index) \(names[image.truth]) taken for \(names[image.prediction])",
              .image(png: image.png, width: Record.edge, height: Record.edge)
            )
          }))
      done.hasChanges = true
    }
    (done.metrics, done.stages) = (metrics.count, record.stages.count)
    return result
  }

  /// What a line of `metrics.jsonl` says, by tag. A pruning and the epoch before it end at the same step, so they have
  /// different tags.
  static func scalars(_ line: MetricsRecord) -> [(tag: String, value: Double)] {
    guard line.phase != .prune else {
      return [
        ("pruning/test_loss", line.testLoss), ("pruning/test_accuracy", line.testAccuracy),
        ("pruning/sparsity", line.sparsity),
      ]
    }
    let values: [(String, Double?)] = [
      ("loss/test", line.testLoss), ("loss/train", line.trainLoss), ("accuracy/test", line.testAccuracy),
      ("accuracy/train", line.trainAccuracy), ("learning_rate", line.learningRate),
      ("images_per_second", line.imagesPerSecond), ("exchange/seconds", line.exchangeSeconds),
      ("exchange/share", line.exchangeShare), ("exchange/bytes", line.exchangeBytes.map(Double.init)),
      ("sparsity", line.sparsity),
    ]
    return values.compactMap { tag, value in value.map { (tag, $0) } }
  }
}

extension MagnitudeCounts {
  /// With signs, from the most negative weights to the most positive ones, without empty bins at the ends.
  var events: EventRecord.Histogram {
    let limits = Self.limits
    // Negative weights of a bin lie below its lower limit's opposite.
    var bins = zip(limits.dropLast(), negative).reversed().map { (limit: -$0, count: $1) }
    bins.append((limits[0], small))
    bins += zip(limits.dropFirst(), positive).map { (limit: $0, count: $1) }
    let first = bins.firstIndex { $0.count > 0 } ?? 0
    let last = bins.lastIndex { $0.count > 0 } ?? 0
    return EventRecord.Histogram(
      least: Double(least ?? 0), most: Double(greatest ?? 0), sum: sum, sumOfSquares: sumOfSquares,
      limits: bins[first...last].map(\.limit), counts: bins[first...last].map(\.count))
  }
}
