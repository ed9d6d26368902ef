import Foundation
import Pruning
import Text

extension ReportPage {
  /// How large the convolutions' weights were before pruning, and are now.
  var histograms: String {
    guard let stages = record?.stages, let final = stages.last else { return "" }
    let before = stages.first { $0.kind != .finetuned } ?? final
    let isPruned = final.convolutions.survivors < before.convolutions.survivors
    let limits = Self.range(isPruned ? [before, final] : [final])
    var figures = [figure(before, limits, heading: Self.heading(before))]
    if isPruned { figures.append(figure(final, limits, heading: Self.heading(final))) }
    return Piece.section(
      "histograms", isPruned ? "Weights before and after" : "Weights", lead: Markup.escape(lead(isPruned: isPruned)),
      "<div class=\"figures\">\n\(figures.joined(separator: "\n"))\n</div>")
  }

  private static func heading(_ stage: Stage) -> String {
    "\(stage.name.prefix(1).uppercased() + stage.name.dropFirst()): \(stage.convolutions.survivors.grouped) weights"
  }

  /// Where one magnitude divides what is pruned from what stays, the last round's.
  private var threshold: Double? {
    let pruning = run.configuration.pruning
    guard pruning.score == .l1, pruning.scope == .global else { return nil }
    return record?.last(.pruned)?.threshold
  }

  /// Whether the threshold divides the weights as they were before: whether there was one pruning.
  private var isDivided: Bool { threshold != nil && record?.last(.pruned)?.round == 1 }

  private func lead(isPruned: Bool) -> String {
    let text = "The magnitudes of all convolution weights, on a logarithmic scale."
    guard isPruned else { return text }
    if let threshold {
      let limit = threshold.significant(3)
      return isDivided
        ? text + " Pruning takes what is smaller than \(limit); fine-tuning moves what is left."
        : text
          + " The last of several prunings took what was smaller than \(limit). Weights moved between the prunings, so it does "
          + "not divide the first picture."
    }
    return text + " With this score no single magnitude divides what is pruned from what stays."
  }

  /// The bins that hold any weights.
  private static func range(_ stages: [Stage]) -> Range<Int> {
    let counts = stages.map { $0.convolutions.histogram.magnitudes }
    let used = MagnitudeCounts.limits.indices.dropLast().filter { bin in
      // A few weights far from all others would take the room of the rest.
      counts.contains { $0[bin] * 2000 > $0.reduce(0, +) }
    }
    guard let first = used.first, let last = used.last else { return 0..<8 }
    return first..<last + 1
  }

  private func figure(_ stage: Stage, _ bins: Range<Int>, heading: String) -> String {
    let counts = stage.convolutions.histogram
    let limits = MagnitudeCounts.limits[bins.lowerBound...bins.upperBound].map { $0 }
    let magnitudes = bins.map { counts.magnitudes[$0] }
    let titles = bins.map { bin in
      let (from, to) = (MagnitudeCounts.limits[bin], MagnitudeCounts.limits[bin + 1])
      return "\(counts.magnitudes[bin].grouped) weights between \(from.significant(3)) and \(to.significant(3))"
    }
    let domain = (limits.first ?? 1e-6)...(limits.last ?? 1)
    let x = Axis(
      "magnitude", domain: domain, scale: .logarithmic, ticks: Ticks.logarithmic(domain), format: { $0.significant(2) })
    let smaller =
      threshold.map { limit in limits.dropLast().map { $0 < limit } } ?? limits.dropLast().map { _ in false }
    let isBefore = stage.kind != .finetuned
    let kept = zip(magnitudes, smaller).map { isBefore && isDivided && $1 ? 0 : Double($0) }
    let gone = zip(magnitudes, smaller).map { isBefore && isDivided && $1 ? Double($0) : 0 }
    let marks = threshold.map {
      [LineChart.Mark(x: $0, name: "threshold \($0.significant(3))", title: "pruned below \($0.significant(6))")]
    }
    let chart = HistogramChart(
      x: x, limits: limits, layers: [.init(kept, style: "kept"), .init(gone, style: "gone")], titles: titles,
      marks: (marks ?? []).filter { domain.contains($0.x) }, yFormat: { RunCurves.count($0) })
    let outside = counts.total - magnitudes.reduce(0, +)
    let note = outside > 0 ? "\(outside.grouped) more beyond the picture's range" : ""
    let legend: [(name: String, style: String)] =
      isBefore
      ? isDivided ? [("pruned", "gone"), ("kept", "kept")] : [("weights", "kept")]
      : [("survivors", "kept")]
    return Piece.figure(
      heading, legend: legend, note: note,
      chart.svg(description: "Histogram of weight magnitudes, \(stage.name)"))
  }
}
