import Foundation
import Text
import Training

/// `report.html`: a run as a page that needs nothing but itself.
public struct ReportPage: Sendable {
  let run: RunFiles
  let summary: RunSummary

  public init(_ run: RunFiles) {
    self.run = run
    summary = RunSummary(run)
  }

  /// The seconds between two looks at a run that goes on.
  private static let refreshSeconds = 10

  public var html: String {
    let goesOn = !run.isFinished && run.isRunning
    let shell = PageShell(title: "\(run.name): dptrain", refresh: goesOn ? Self.refreshSeconds : nil)
    let parts = [header, tiles, stages, curves, layers, histograms, predictions, changes, exchange, settings]
    return shell.html(parts.filter { !$0.isEmpty }.joined(separator: "\n"), foot: foot)
  }

  /// What is not there to show, where a run has no `report.json`.
  var record: RunRecord? { run.record }

  private var header: String {
    let began = record?.sessions.first.map { Self.time($0.began) }
    let kicker = ([run.name] + (began.map { ["began \($0)"] } ?? [])).joined(separator: " · ")
    var lines = [
      "<p class=\"kicker\">\(Markup.escape(kicker))</p>", "<h1>\(Markup.escape(summary.title))</h1>",
      "<p class=\"lede\">\(Markup.escape(summary.sentence))</p>",
    ]
    if let data = record?.data, data.isSynthetic {
      lines.append(
        "<p class=\"warning\">These are \(Markup.escape(data.description)). What a network reaches on them says nothing of "
          + "CIFAR-10.</p>")
    }
    if let status { lines.append(status) }
    if record == nil {
      lines.append(
        "<p class=\"warning\">The directory has no report.json: what the layers hold, what was predicted and how fast it is are "
          + "not known.</p>")
    }
    return "<header>\n" + lines.joined(separator: "\n") + "\n</header>"
  }

  /// Where an unfinished run stands.
  private var status: String? {
    guard !run.isFinished else { return nil }
    let place = Markup.escape(summary.place)
    if run.isRunning {
      // A process that was killed cannot say so: the time tells.
      let time = record?.updated.map { " at \(Self.time($0))" } ?? ""
      return "<p class=\"status\"><b>Running</b>: \(place)\(time)</p>"
    }
    let command = "<code>dptrain resume \(Markup.escape(run.path))</code>"
    let word = record?.state == .stopped ? "Stopped" : "Ended before its end"
    return "<p class=\"status\"><b>\(word)</b>: \(place). Go on with \(command)</p>"
  }

  /// How the network did at each of the moments at which the run looked at it.
  private var stages: String {
    guard let record, record.stages.count > 1 else { return "" }
    let prunings = PruningRounds(run)
    let rows = record.stages.map { stage in
      let all = stage.convolutions
      return [
        Markup.escape(stage.name), stage.accuracy.percent(), stage.loss.fixed(4),
        all.survivors.percent(of: all.weights), all.survivorMultiplyAdds.percent(of: all.multiplyAdds),
        Duration.seconds(stage.seconds).brief,
      ]
    }
    return Piece.section(
      "stages", "From stage to stage",
      Piece.table(["", "accuracy", "loss", "weights", "multiply-adds", "after"], rows, class: "stages")
        + prunings.table)
  }

  private var curves: String {
    let curves = RunCurves(run)
    guard !curves.isEmpty else { return "" }
    let figures = "<div class=\"figures\">\n" + curves.figures.joined(separator: "\n") + "\n</div>"
    return Piece.section(
      "curves", "Training", figures + "\n" + Piece.details("Every epoch in numbers", metricsTable))
  }

  /// `metrics.jsonl` as a table.
  private var metricsTable: String {
    let rows = run.metrics.map { record -> [String] in
      func cell(_ key: String, _ value: Double?, _ text: (Double) -> String) -> String {
        value.map { Piece.value(text($0), key, $0) } ?? ""
      }
      let name = record.phase == .prune ? "pruned" : record.phase == .dense ? "dense" : "fine-tuning"
      return [
        Markup.escape(record.round > 0 ? "\(name), round \(record.round)" : name), "\(record.epoch)",
        cell("step", Double(record.step)) { Int($0).grouped },
        cell("learning_rate", record.learningRate) { $0.significant(4) },
        cell("train_loss", record.trainLoss) { $0.fixed(4) },
        cell("train_accuracy", record.trainAccuracy) { $0.percent() },
        cell("test_loss", record.testLoss) { $0.fixed(4) },
        cell("test_accuracy", record.testAccuracy) { $0.percent() },
        cell("images_per_second", record.imagesPerSecond) { Int($0.rounded()).grouped },
        cell("exchange_seconds", record.exchangeSeconds) { "\((1e3 * $0).fixed(2)) ms" },
        cell("seconds", record.seconds) { Duration.seconds($0).brief },
        cell("sparsity", record.sparsity) { $0.percent() },
      ]
    }
    return Piece.table(
      [
        "phase", "epoch", "step", "learning rate", "training loss", "accuracy", "test loss", "accuracy", "images/s",
        "exchange", "time", "pruned",
      ], rows, class: "metrics")
  }

  private var exchange: String {
    let figures = RunCurves(run).exchange
    guard !figures.isEmpty else { return "" }
    let sentences = summary.exchanges.map {
      "\($0.name): \($0.bytes.bytes) a step and rank in \((1e3 * $0.seconds).fixed(1)) ms, \($0.share.percent(1)) of "
        + "the time of training."
    }
    return Piece.section(
      "exchange", "Exchange of gradients", lead: Markup.escape(sentences.joined(separator: " ")),
      "<div class=\"figures\">\n\(figures.joined(separator: "\n"))\n</div>")
  }

  private var foot: String {
    let version = record.map { "dptrain \($0.version)" } ?? "dptrain"
    let last = record?.updated.map { ", \(Self.time($0))" } ?? ""
    return "Made by \(version) from config.json, metrics.jsonl and report.json\(last)."
  }

  /// A moment by the clock of Greenwich: a report travels.
  static func time(_ date: Date) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyy-MM-dd HH:mm"
    return format.string(from: date) + " UTC"
  }
}
