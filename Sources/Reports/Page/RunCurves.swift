import Text
import Runs
import Training

/// A run's figures over its epochs, with its prunings marked.
struct RunCurves {
  /// A record of `metrics.jsonl` and its place: the epochs of the whole run that were done by then.
  private let records: [(epoch: Double, record: MetricsRecord)]
  private let evaluatedImages: String

  init(_ run: RunFiles) {
    evaluatedImages = run.evaluatedImages
    var epoch = 0.0
    records = run.metrics.map { record in
      if record.phase != .prune { epoch += 1 }
      return (epoch, record)
    }
  }

  /// Whether there is anything to draw.
  var isEmpty: Bool { !records.contains { $0.record.phase != .prune } }

  var figures: [String] {
    [accuracy, loss, learningRate, throughput]
  }

  private var accuracy: String {
    let test = LineChart.Series(
      evaluatedImages, color: 1,
      points: points {
        $0.testAccuracy
      } title: {
        "test \($0.testAccuracy.percent())"
      })
    let training = LineChart.Series(
      "training images", color: 2,
      points: epochs {
        $0.trainAccuracy
      } title: {
        "training \(($0.trainAccuracy ?? 0).percent())"
      })
    return figure(
      "Accuracy", [test, training], including: nil, format: { $0.briefPercent() },
      description: "Test and training accuracy over the epochs")
  }

  private var loss: String {
    let test = LineChart.Series(
      evaluatedImages, color: 1,
      points: epochs {
        $0.testLoss
      } title: {
        "test loss \($0.testLoss.fixed(4))"
      })
    let training = LineChart.Series(
      "training images", color: 2,
      points: epochs {
        $0.trainLoss
      } title: {
        "training loss \(($0.trainLoss ?? 0).fixed(4))"
      })
    return figure(
      // A loss that has run away has no room for its digits.
      "Loss", [test, training], including: 0, clipsSpikes: true,
      format: { $0 < 100_000 ? $0.significant(4) : Self.count($0) },
      description: "Test and training loss over the epochs")
  }

  private var learningRate: String {
    let series = LineChart.Series(
      "learning rate", color: 3,
      points: epochs {
        $0.learningRate
      } title: {
        "learning rate \(($0.learningRate ?? 0).significant(4))"
      })
    return figure(
      "Learning rate, at the end of each epoch", [series], including: 0, format: { $0.significant(4) },
      description: "Learning rate over the epochs")
  }

  private var throughput: String {
    let series = LineChart.Series(
      "images/s", color: 4,
      points: epochs {
        $0.imagesPerSecond
      } title: {
        "\(Int(($0.imagesPerSecond ?? 0).rounded()).grouped) images/s"
      })
    return figure(
      "Throughput of training, images/s over all ranks", [series], including: 0, format: { Self.count($0) },
      description: "Images a second over the epochs")
  }

  /// What the exchange of gradients took; empty where there was nothing to exchange.
  var exchange: [String] {
    guard records.contains(where: { ($0.record.exchangeBytes ?? 0) > 0 }) else { return [] }
    return [exchangeTime, exchangeShare]
  }

  private var exchangeTime: String {
    let series = LineChart.Series(
      "exchange", color: 7,
      points: epochs {
        $0.exchangeSeconds.map { 1e3 * $0 }
      } title: {
        "\((1e3 * ($0.exchangeSeconds ?? 0)).fixed(2)) ms, \(($0.exchangeShare ?? 0).percent(1)) of the time, "
          + "\(($0.exchangeBytes ?? 0).bytes) a step and rank"
      })
    return figure(
      "Time a step, milliseconds", [series], including: 0, format: { $0.significant(4) },
      description: "Milliseconds of exchange a step over the epochs")
  }

  private var exchangeShare: String {
    let series = LineChart.Series(
      "share", color: 6,
      points: epochs {
        $0.exchangeShare
      } title: {
        "\(($0.exchangeShare ?? 0).percent(1)) of the time"
      })
    return figure(
      "Share of the time of training, waiting included", [series], including: 0,
      format: { $0.briefPercent() },
      description: "Share of the exchange in the time of training over the epochs")
  }

  /// A figure of the same horizontal axis and marks as all others.
  ///
  /// - Parameter clipsSpikes: whether the axis leaves out the few epochs that rise far above all others.
  private func figure(
    _ heading: String, _ series: [LineChart.Series], including: Double?, clipsSpikes: Bool = false,
    format: @escaping @Sendable (Double) -> String, description: String
  ) -> String {
    let points = series.flatMap(\.points)
    let spikes = clipsSpikes ? Spikes(points) : nil
    let covered = points.map(\.y).filter { $0 <= spikes?.limit ?? .infinity }
    let chart = LineChart(
      x: x, y: Axis(covering: covered, including: including, format: format), series: series, marks: marks,
      bands: bands)
    var legend: [(name: String, style: String)] =
      series.count > 1 ? series.map { ($0.name, "s\($0.color)") } : []
    if !bands.isEmpty { legend.append(("fine-tuning", "band")) }
    let note = spikes.map { "▲ \($0.count.counted("epoch")) beyond the axis, up to \(format($0.greatest))" } ?? ""
    return Piece.figure(heading, legend: legend, note: note, chart.svg(description: description))
  }

  private var x: Axis {
    let last = max(1, records.last?.epoch ?? 1)
    let domain = 0...last
    return Axis("epoch", domain: domain, ticks: Ticks.linear(domain, leastStep: 1), format: { "\(Int($0))" })
  }

  private var marks: [LineChart.Mark] {
    records.filter { $0.record.phase == .prune }.map { epoch, record in
      let amount = record.sparsity.briefPercent(3)
      return LineChart.Mark(
        x: epoch, name: "pruned to \(amount)",
        title: "pruned to \(record.sparsity.percent()): test accuracy \(record.testAccuracy.percent()), "
          + "loss \(record.testLoss.fixed(4))")
    }
  }

  /// The epochs of fine-tuning.
  private var bands: [ClosedRange<Double>] {
    let finetuned = records.filter { $0.record.phase == .finetune }
    let rounds = Set(finetuned.map(\.record.round)).sorted()
    return rounds.compactMap { round in
      let epochs = finetuned.filter { $0.record.round == round }.map(\.epoch)
      guard let first = epochs.min(), let last = epochs.max() else { return nil }
      return first - 1...last
    }
  }

  /// A point for every record, those of pruning included.
  private func points(
    _ value: (MetricsRecord) -> Double?, title: (MetricsRecord) -> String
  ) -> [LineChart.Point] {
    records.compactMap { epoch, record in
      value(record).map { LineChart.Point(x: epoch, y: $0, title: place(epoch, record) + title(record)) }
    }
  }

  /// A point for every epoch.
  private func epochs(
    _ value: (MetricsRecord) -> Double?, title: (MetricsRecord) -> String
  ) -> [LineChart.Point] {
    records.filter { $0.record.phase != .prune }.compactMap { epoch, record in
      value(record).map { LineChart.Point(x: epoch, y: $0, title: place(epoch, record) + title(record)) }
    }
  }

  private func place(_ epoch: Double, _ record: MetricsRecord) -> String {
    record.phase == .prune ? "right after pruning: " : "epoch \(Int(epoch)): "
  }

  /// A number of things as a tick shows it: `1,500`, `2.5 M`.
  static func count(_ value: Double) -> String {
    let whole = Int(value.rounded())
    return whole < 100_000 ? whole.grouped : whole.abbreviated.replacing(".0 ", with: " ")
  }
}
