import Text

extension ReportPage {
  /// What is left of each layer, in weights and in work.
  var layers: String {
    guard let stage = record?.final, !stage.layers.isEmpty else { return "" }
    let hasDead = stage.layers.contains { $0.deadWeights > 0 }
    let isPruned = stage.layers.contains { $0.survivors < $0.weights }
    let figures = """
      <div class="figures">
      \(weightBars(stage, hasDead: hasDead, isPruned: isPruned))
      \(workBars(stage, isPruned: isPruned))
      </div>
      """
    return Piece.section(
      "layers", isPruned ? "What survives in each layer" : "The layers", lead: Markup.escape(lead(stage)),
      figures + "\n" + Piece.details("Every layer in numbers", layerTable(stage)))
  }

  private func lead(_ stage: Stage) -> String {
    let all = stage.convolutions
    var text = ""
    if all.survivors < all.weights, all.survivors > 0, all.survivorMultiplyAdds > 0 {
      let weights = (Double(all.weights) / Double(all.survivors)).factor
      let work = (Double(all.multiplyAdds) / Double(all.survivorMultiplyAdds)).factor
      text =
        "\(weights) fewer weights are \(work) fewer multiply-adds: a weight of an early layer works at many pixels, one of a "
        + "late layer at few. "
    }
    if all.deadWeights > 0 {
      text +=
        "\(all.deadWeights.percent(of: all.weights, digits: 0)) of the dense weights are dead taps: at this input size they "
        + "only ever meet padding."
    }
    let empty = stage.layers.count { $0.survivors > 0 && $0.survivorMultiplyAdds == 0 || $0.survivors == 0 }
    if empty > 0 { text += " \(empty.counted("layer computes", "layers compute")) nothing any more." }
    return text
  }

  private func weightBars(_ stage: Stage, hasDead: Bool, isPruned: Bool) -> String {
    let rows = stage.layers.map { layer in
      let live = layer.survivors - layer.deadSurvivors
      let lostLive = layer.weights - layer.deadWeights - live
      let lostDead = layer.deadWeights - layer.deadSurvivors
      func title(_ count: Int, _ what: String) -> String {
        "\(layer.name): \(count.grouped) of \(layer.weights.grouped) \(what)"
      }
      return BarChart.Row(
        Self.brief(layer.name),
        [
          .init(Double(live), style: "kept", title: title(live, isPruned ? "survive" : "meet pixels")),
          .init(
            Double(layer.deadSurvivors), style: isPruned ? "deadkept" : "dead",
            title: title(layer.deadSurvivors, isPruned ? "survive in dead taps" : "are in dead taps")),
          .init(Double(lostLive), style: "gone", title: title(lostLive, "are pruned")),
          .init(Double(lostDead), style: "dead", title: title(lostDead, "are pruned in dead taps")),
        ], note: layer.survivors.percent(of: layer.weights))
    }
    var legend: [(name: String, style: String)] = [(isPruned ? "survivors" : "weights", "kept")]
    if stage.layers.contains(where: { $0.deadSurvivors > 0 }) {
      legend.append(isPruned ? ("survivors in dead taps", "deadkept") : ("in dead taps", "dead"))
    }
    if isPruned { legend.append(("pruned", "gone")) }
    if hasDead && isPruned { legend.append(("pruned in dead taps", "dead")) }
    return Piece.figure(
      "Weights", legend: legend,
      BarChart(rows: rows, format: { RunCurves.count($0) })
        .svg(description: "Weights of each layer, and which of them survive"))
  }

  private func workBars(_ stage: Stage, isPruned: Bool) -> String {
    let rows = stage.layers.map { layer in
      let lost = layer.multiplyAdds - layer.survivorMultiplyAdds
      func title(_ count: Int, _ what: String) -> String {
        "\(layer.name): \(count.grouped) of \(layer.multiplyAdds.grouped) multiply-adds an image \(what)"
      }
      return BarChart.Row(
        Self.brief(layer.name),
        [
          .init(
            Double(layer.survivorMultiplyAdds), style: "kept", title: title(layer.survivorMultiplyAdds, "are left")),
          .init(Double(lost), style: "gone", title: title(lost, "are saved")),
        ], note: layer.survivorMultiplyAdds.percent(of: layer.multiplyAdds))
    }
    return Piece.figure(
      "Multiply-adds of one image",
      legend: isPruned ? [("left", "kept"), ("saved", "gone")] : [("without padding", "kept")],
      BarChart(rows: rows, format: { RunCurves.count($0) })
        .svg(description: "Multiply-adds of each layer, and how many of them are left"))
  }

  private func layerTable(_ stage: Stage) -> String {
    func row(_ layer: Stage.Layer) -> [String] {
      [
        Markup.escape(layer.name), layer.shape.map(String.init).joined(separator: "×"), layer.weights.grouped,
        layer.survivors.grouped, layer.survivors.percent(of: layer.weights), layer.deadWeights.grouped,
        layer.deadSurvivors.grouped, layer.multiplyAdds.grouped, layer.survivorMultiplyAdds.grouped,
        layer.survivorMultiplyAdds.percent(of: layer.multiplyAdds),
      ]
    }
    return Piece.table(
      [
        "layer", "shape", "weights", "survivors", "left", "in dead taps", "survivors there", "multiply-adds", "left",
        "left",
      ], stage.layers.map(row), class: "layer-rows")
  }

  /// A layer's name without what all names have.
  private static func brief(_ name: String) -> String {
    let name = name.hasSuffix(".weight") ? name.dropLast(".weight".count) : name[...]
    // A shortcut's convolution is the first of its two layers.
    return String(name.hasSuffix(".downsample.0") ? name.dropLast(2) : name)
  }
}
