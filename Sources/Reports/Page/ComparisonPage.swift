import Foundation
import Text
import Runs
import Training

/// Several runs side by side: what each came to, how, and in which settings they differ.
public struct ComparisonPage: Sendable {
  private let runs: [(files: RunFiles, summary: RunSummary)]

  public init(_ runs: [RunFiles]) { self.runs = runs.map { ($0, RunSummary($0)) } }

  public var html: String {
    let shell = PageShell(title: "\(runs.count) runs compared: dptrain")
    let body = [header, table, figures, differences].filter { !$0.isEmpty }.joined(separator: "\n")
    return shell.html(body, foot: "Made by dptrain from the runs' directories, \(ReportPage.time(Date())).")
  }

  /// What tells the runs apart: their directories' names, or whole paths where names repeat.
  private var names: [String] {
    let short = runs.map(\.files.name)
    return Set(short).count == short.count ? short : runs.map(\.files.path)
  }

  private var header: String {
    let best = runs.indices.max { (runs[$0].summary.accuracy ?? 0) < (runs[$1].summary.accuracy ?? 0) }
    let sentence = best.flatMap { index in
      runs[index].summary.accuracy.map { "Best accuracy at the end: \(names[index]), \($0.percent())." }
    }
    let data = Set(runs.map { $0.files.configuration.dataHash ?? $0.files.configuration.data ?? "" })
    let warning =
      data.count > 1
      ? "<p class=\"warning\">These runs had different images: their accuracies do not compare.</p>" : ""
    return """
      <header>
      <p class="kicker">dptrain</p>
      <h1>\(runs.count) runs compared</h1>
      <p class="lede">\(Markup.escape(sentence ?? ""))</p>
      \(warning)
      </header>
      """
  }

  private var table: String {
    let rows = runs.indices.map { index -> [String] in
      let (files, summary) = runs[index]
      let all = files.record?.final?.convolutions
      func cell(_ name: String, _ value: Double?, _ text: (Double) -> String) -> String {
        value.map { Piece.value(text($0), name, $0) } ?? "·"
      }
      return [
        "<i class=\"key s\(color(index))\"></i> \(Markup.escape(names[index]))",
        Markup.escape(files.configuration.architecture.rawValue),
        cell("accuracy-dense", summary.denseAccuracy) { $0.percent() },
        cell("accuracy", summary.accuracy) { $0.percent() },
        cell("sparsity", summary.sparsity) { $0.briefPercent() },
        cell("multiply-adds", all.map { Double($0.survivorMultiplyAdds) }) { Int($0).abbreviated },
        cell("speedup", files.record?.speed?.factor) { $0.factor },
        cell("seconds", summary.seconds) { Duration.seconds($0).brief },
        files.record?.sessions.last.map { "\($0.ranks)" } ?? "·",
        files.isFinished ? "finished" : files.isRunning ? "running" : "stopped",
      ]
    }
    return Piece.section(
      "runs", "What each came to",
      Piece.table(
        [
          "run", "network", "accuracy, dense", "at the end", "pruned", "multiply-adds", "inference", "wall time",
          "ranks", "",
        ], rows))
  }

  private func color(_ index: Int) -> Int { index % 8 + 1 }

  private var legend: [(name: String, style: String)] {
    names.enumerated().map { ($0.element, "s\(color($0.offset))") }
  }

  private var figures: String {
    Piece.section(
      "figures", "Accuracy",
      "<div class=\"figures\">\n\(accuracyAgainstSparsity)\n\(accuracyAgainstTime)\n</div>")
  }

  /// The pruned fraction that each multiple of fewer weights stands for.
  private static let multiples: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000]

  private var accuracyAgainstSparsity: String {
    // The logarithm of what is left tells 98 % and 99 % as far apart as 0 % and 50 %.
    let series = runs.enumerated().map { index, run in
      LineChart.Series(
        names[index], color: color(index),
        points: Self.ends(run.files.metrics).map { record in
          LineChart.Point(
            x: 1 / (1 - min(record.sparsity, 0.9999)), y: record.testAccuracy,
            title: "\(names[index]): \(record.testAccuracy.percent()) at \(record.sparsity.briefPercent())"
          )
        })
    }
    let places = series.flatMap { $0.points.map(\.x) }
    let most = Self.multiples.first { $0 >= (places.max() ?? 1) * 0.999 } ?? 10_000
    let domain = 1...max(2, most)
    let x = Axis(
      "pruned weights", domain: domain, scale: .logarithmic, ticks: Self.multiples.filter { domain.contains($0) },
      format: { (1 - 1 / $0).briefPercent() })
    let y = Axis(
      covering: series.flatMap { $0.points.map(\.y) }, format: { $0.briefPercent() })
    return Piece.figure(
      "Against sparsity, at the end of each round", legend: legend,
      LineChart(x: x, y: y, series: series).svg(description: "Test accuracy against the pruned fraction, run by run"))
  }

  /// The last epoch of dense training, and of each round's fine-tuning.
  private static func ends(_ metrics: [MetricsRecord]) -> [MetricsRecord] {
    let epochs = metrics.filter { $0.phase != .prune }
    return Set(epochs.map(\.round)).sorted().compactMap { round in epochs.last { $0.round == round } }
  }

  private var accuracyAgainstTime: String {
    let longest = runs.map(\.summary.seconds).max() ?? 0
    let (unit, name) = longest < 180 ? (1.0, "seconds") : longest < 3 * 3600 ? (60.0, "minutes") : (3600.0, "hours")
    let series = runs.enumerated().map { index, run in
      LineChart.Series(
        names[index], color: color(index),
        points: run.files.metrics.map { record in
          LineChart.Point(
            x: record.seconds / unit, y: record.testAccuracy,
            title: "\(names[index]): \(record.testAccuracy.percent()) after "
              + Duration.seconds(record.seconds).brief)
        })
    }
    let last = max(series.flatMap { $0.points.map(\.x) }.max() ?? 1, 1e-3)
    let x = Axis(name, domain: 0...last, ticks: Ticks.linear(0...last), format: { $0.significant(4) })
    let y = Axis(
      covering: series.flatMap { $0.points.map(\.y) }, format: { $0.briefPercent() })
    return Piece.figure(
      "Against time", legend: legend,
      LineChart(x: x, y: y, series: series).svg(description: "Test accuracy against wall time, run by run"))
  }

  /// The settings that not all runs have alike, and what they ran on.
  private var differences: String {
    var settings = runs.map { $0.files.settings }
    for index in settings.indices {
      guard let record = runs[index].files.record, let session = record.sessions.last else { continue }
      settings[index]["ranks"] = "\(session.ranks)"
      settings[index]["hosts"] = "\(session.hosts.count)"
      settings[index]["processor"] = session.processor
      settings[index]["dptrain"] = record.version
    }
    let keys = Set(settings.flatMap(\.keys)).sorted()
    let differing = keys.filter { key in Set(settings.map { $0[key] ?? "" }).count > 1 }
    let rows = differing.map { key in
      [Markup.escape(key)] + settings.map { Markup.escape($0[key] ?? "·") }
    }
    let same = "\(keys.count - differing.count) more settings are the same in all of them."
    guard !rows.isEmpty else { return Piece.section("settings", "Settings", lead: "All settings are the same.", "") }
    return Piece.section(
      "settings", "Settings that differ", lead: same, Piece.table(["setting"] + names, rows, class: "differences"))
  }
}
