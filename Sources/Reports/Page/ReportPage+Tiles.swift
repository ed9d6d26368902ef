import Text

extension ReportPage {
  /// The headline figures.
  var tiles: String {
    let tiles = [accuracyTile, weightsTile, multiplyAddsTile, speedTile, sizeTile, timeTile, placeTile].compactMap {
      $0
    }
    return "<dl class=\"tiles\">\n" + tiles.joined(separator: "\n") + "\n</dl>"
  }

  /// - Parameters:
  ///   - big: HTML.
  ///   - sub: text.
  private func tile(_ label: String, _ big: String, _ sub: String, class: String = "tile") -> String {
    tile(label, big, html: Markup.escape(sub), class: `class`)
  }

  private func tile(_ label: String, _ big: String, html sub: String, class: String = "tile") -> String {
    "<div class=\"\(`class`)\"><dt>\(Markup.escape(label))</dt><dd><div class=\"big\">\(big)</div>"
      + "<div class=\"sub\">\(sub)</div></dd></div>"
  }

  private var accuracyTile: String? {
    guard let accuracy = summary.accuracy else { return nil }
    let now = Piece.value(accuracy.percent(), "accuracy", accuracy)
    let isPruned = run.metrics.contains { $0.phase == .prune }
    guard let dense = summary.denseAccuracy, isPruned else {
      return tile("Accuracy on the \(run.evaluatedImages)", now, lossText, class: "tile wide")
    }
    let before = Piece.value(dense.percent(), "accuracy-dense", dense)
    let points = 100 * (accuracy - dense)
    let sign = points >= 0.005 ? "+" : points <= -0.005 ? "−" : "±"
    let right = record?.last(.pruned).map { "; right after pruning \($0.accuracy.percent())" } ?? ""
    return tile(
      "Accuracy, dense → pruned", "<span class=\"from\">\(before) →</span> \(now)",
      "\(sign)\(abs(points).fixed(2)) points\(right)", class: "tile wide")
  }

  private var lossText: String { run.metrics.last.map { "loss \($0.testLoss.fixed(4))" } ?? "" }

  private var weightsTile: String? {
    guard let all = record?.final?.convolutions, all.weights > 0 else { return nil }
    let value = Piece.value(all.survivors.grouped, "weights", Double(all.survivors))
    guard all.survivors < all.weights else { return tile("Convolution weights", value, "none pruned") }
    let fewer = all.survivors > 0 ? ": \((Double(all.weights) / Double(all.survivors)).factor) fewer" : ""
    return tile("Convolution weights", value, "of \(all.weights.grouped)\(fewer)")
  }

  private var multiplyAddsTile: String? {
    guard let all = record?.final?.convolutions, all.multiplyAdds > 0 else { return nil }
    let value = Piece.value(all.survivorMultiplyAdds.abbreviated, "multiply-adds", Double(all.survivorMultiplyAdds))
    guard all.survivorMultiplyAdds < all.multiplyAdds else {
      return tile("Multiply-adds an image", value, "in the convolutions, without padding")
    }
    let fewer =
      all.survivorMultiplyAdds > 0
      ? ": \((Double(all.multiplyAdds) / Double(all.survivorMultiplyAdds)).factor) fewer" : ""
    return tile("Multiply-adds an image", value, "of \(all.multiplyAdds.abbreviated)\(fewer)")
  }

  private var speedTile: String? {
    guard let speed = record?.speed else { return nil }
    func rate(_ value: Double) -> String { Int(value.rounded()).grouped }
    if run.configuration.kind == .train {
      return tile(
        "Inference on one core", Piece.value("\(rate(speed.pruned)) images/s", "images-per-second", speed.pruned),
        "measured, \(speed.batch) images at once")
    }
    let factor = Piece.value(speed.factor.factor, "speedup", speed.factor)
    return tile(
      "Inference on one core", "\(factor) as fast",
      "\(rate(speed.pruned)) images/s, dense \(rate(speed.dense)); measured, \(speed.batch) at once")
  }

  private var sizeTile: String? {
    guard let size = run.sizes["pruned.safetensors"] ?? run.sizes["dense.safetensors"] else { return nil }
    let value = Piece.value(size.bytes, "bytes", Double(size))
    guard run.sizes["pruned.safetensors"] != nil else { return tile("Model file", value, "dense.safetensors") }
    let dense = run.sizes["dense.safetensors"].map { $0 == size ? "as the dense one: " : "dense \($0.bytes): " } ?? ""
    let zeros = "\(dense)pruned weights are zeros in torchvision's shapes"
    guard let packed = record?.packedBytes, packed > 0 else { return tile("Model file", value, zeros) }
    let small = Piece.value(packed.bytes, "packed-bytes", Double(packed))
    let factor = packed < size ? ", \((Double(size) / Double(packed)).factor) smaller" : ""
    return tile(
      "Model file", value,
      html: Markup.escape(zeros + ". Packed, with survivors only: ")
        + "<b>\(small)</b>\(Markup.escape(factor))")
  }

  private var timeTile: String? {
    guard summary.seconds > 0 else { return nil }
    let rate = summary.imagesPerSecond.map { "\(Int($0.rounded()).grouped) images/s in training" } ?? ""
    return tile(
      run.isFinished ? "Wall time" : "Wall time so far",
      Piece.value(Duration.seconds(summary.seconds).brief, "seconds", summary.seconds), rate)
  }

  private var placeTile: String? {
    guard let session = record?.sessions.last else { return nil }
    let stops = record.map { $0.sessions.count - 1 } ?? 0
    let resumed = stops == 0 ? "" : stops == 1 ? "; resumed once" : "; resumed \(stops) times"
    let hosts = session.hosts.count.counted("host")
    return tile("Ran on", session.ranks.counted("rank"), "\(hosts), \(session.processor)\(resumed)")
  }
}
