import Foundation
import Text

extension ReportPage {
  /// What the network takes the test images for.
  var predictions: String {
    guard let record, let stage = record.final else { return "" }
    let names = record.data.classNames
    guard stage.confusion.count == names.count,
      let report = try? ClassificationReport(stage.confusion, classNames: names)
    else { return "" }
    let body = """
      <div class="split">
      \(matrix(stage, names))
      <div><h3>Classification report</h3>\(table(report))</div>
      </div>
      """
    return Piece.section(
      "predictions", "What it sees in the \(run.evaluatedImages)",
      lead: Markup.escape(
        "\(stage.name.prefix(1).uppercased() + stage.name.dropFirst()): \(report.accuracy.percent()) of "
          + "\(report.macroAverage.support.grouped) images are right."), body)
  }

  private func matrix(_ stage: Stage, _ names: [String]) -> String {
    let sums = stage.confusion.map { $0.reduce(0, +) }
    let wrong = stage.confusion.indices.flatMap { row in
      stage.confusion.indices.filter { $0 != row }.map { Self.part(stage.confusion[row][$0], of: sums[row]) }
    }
    let worst = max(wrong.max() ?? 0, 1e-9)
    let cells = stage.confusion.indices.map { row in
      stage.confusion.indices.map { column -> HeatMap.Cell in
        let count = stage.confusion[row][column]
        let share = Self.part(count, of: sums[row])
        return HeatMap.Cell(
          count == 0 ? "" : count.grouped, strength: row == column ? share : 0.85 * share / worst,
          style: row == column ? "right" : "wrong",
          title: row == column
            ? "\(names[row]): \(count.grouped) of \(sums[row].grouped) right"
            : "\(count.grouped) of \(sums[row].grouped) \(names[row]) taken for \(names[column])")
      }
    }
    let map = HeatMap(names: names, rowTitle: "true class", columnTitle: "predicted class", cells: cells)
    return Piece.figure(
      "Confusion matrix", legend: [("right", "right"), ("wrong", "wrong")], class: "matrix",
      map.svg(description: "Test images by true and predicted class"))
  }

  private static func part(_ count: Int, of sum: Int) -> Double { sum == 0 ? 0 : Double(count) / Double(sum) }

  private func table(_ report: ClassificationReport) -> String {
    func cells(_ name: String, _ scores: ClassificationReport.Scores) -> [String] {
      [
        Markup.escape(name), scores.precision.fixed(3), scores.recall.fixed(3), scores.f1.fixed(3),
        scores.support.grouped,
      ]
    }
    let rows = zip(report.classNames, report.classes).map { cells($0, $1) }
    let averages = [
      ["accuracy", "", "", report.accuracy.fixed(3), report.macroAverage.support.grouped],
      cells("macro average", report.macroAverage), cells("weighted average", report.weightedAverage),
    ]
    return Piece.table(["", "precision", "recall", "F1", "images"], rows + averages, class: "scores")
  }

  /// The images that pruning got wrong and the dense network got right.
  var changes: String {
    guard let record, let changes = record.changes else { return "" }
    let names = record.data.classNames
    func name(_ index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index)" }
    let pictures = changes.images.map { image in
      let title = "test image \(image.index): \(name(image.truth)), taken for \(name(image.prediction))"
      return """
        <figure title="\(Markup.escape(title))"><img alt="\(Markup.escape(title))" width="72" height="72" \
        src="data:image/png;base64,\(image.png.base64EncodedString())"><figcaption>\
        <span class="truth">\(Markup.escape(name(image.truth)))</span><br>\
        <span class="taken">\(Markup.escape(name(image.prediction)))</span></figcaption></figure>
        """
    }
    let body = pictures.isEmpty ? "" : "<div class=\"pictures\">\n\(pictures.joined(separator: "\n"))\n</div>"
    return Piece.section(
      "changes", record.dense == nil ? "What got lost since the first pruning" : "What pruning got wrong",
      lead: Markup.escape(comparison(changes) + shown(changes)), body)
  }

  /// Which two networks are compared, and in how many images they differ.
  private func comparison(_ changes: PredictionChanges) -> String {
    guard record?.dense == nil, let before = record?.unpruned else {
      return
        "\(changes.lost.grouped) \(run.evaluatedImages) that the dense network gets right the pruned one gets wrong, "
        + "and \(changes.won.grouped) the other way."
    }
    return
      "This network was pruned while it trained, so there is no dense one that was trained to the end. Compared are the "
      + "network \(before.name) of \(run.configuration.dense.epochs), \(before.accuracy.percent()) right, and the "
      + "network at the end: \(changes.lost.grouped) \(run.evaluatedImages) that the first gets right the last gets wrong, and "
      + "\(changes.won.grouped) the other way."
  }

  /// What the pictures are.
  private func shown(_ changes: PredictionChanges) -> String {
    let isTrainedOn = record?.dense == nil
    if changes.images.isEmpty {
      return isTrainedOn && changes.lost > 0
        ? " Training went on in between and brought more than pruning took: which images got lost says little of pruning, and "
          + "they are not shown."
        : ""
    }
    let network = isTrainedOn ? "the network at the end" : "the pruned network"
    let training = isTrainedOn ? " Not all of it is due to pruning: training went on in between." : ""
    return changes.images.count < changes.lost
      ? "\(training) Here are the first \(changes.images.count): their class, and what \(network) takes them for."
      : "\(training) Their class, and what \(network) takes them for:"
  }
}
