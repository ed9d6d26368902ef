import Text

/// What each layer of a network costs at one image, dense and pruned: what `inspect` prints.
public struct CostTable: Sendable, Equatable, CustomStringConvertible {
  /// One layer, or the sum of several.
  public struct Row: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      case convolution
      case linear
      /// Biases and normalization: parameters that are never pruned.
      case other
    }

    public var name: String
    /// torchvision's shape; empty where it has none.
    public var shape: [Int]
    public var kind: Kind
    /// All its parameters.
    public var parameters: Int
    /// Those that are not pruned.
    public var survivors: Int
    /// Its parameters in dead taps, which only ever meet padding at this input size.
    public var deadWeights: Int
    /// Multiply-adds an image as usually counted, those with padding's zeros included.
    public var paddedMultiplyAdds: Int
    /// Multiply-adds an image without those that meet padding.
    public var multiplyAdds: Int
    /// Of `multiplyAdds`, those of survivors.
    public var survivorMultiplyAdds: Int
    /// What it takes in inference, predicted.
    public var seconds: Double
    /// What it would take with all its weights.
    public var denseSeconds: Double

    public init(
      name: String, shape: [Int], kind: Kind, parameters: Int, survivors: Int, deadWeights: Int,
      paddedMultiplyAdds: Int, multiplyAdds: Int, survivorMultiplyAdds: Int, seconds: Double = 0,
      denseSeconds: Double = 0
    ) {
      self.name = name
      self.shape = shape
      self.kind = kind
      self.parameters = parameters
      self.survivors = survivors
      self.deadWeights = deadWeights
      self.paddedMultiplyAdds = paddedMultiplyAdds
      self.multiplyAdds = multiplyAdds
      self.survivorMultiplyAdds = survivorMultiplyAdds
      self.seconds = seconds
      self.denseSeconds = denseSeconds
    }
  }

  public let rows: [Row]

  public init(rows: [Row]) { self.rows = rows }

  /// The sum over all rows.
  public var total: Row { sum("total", rows, kind: .other) }

  /// The sum over the convolutions.
  public var convolutions: Row {
    sum("all convolutions", rows.filter { $0.kind == .convolution }, kind: .convolution)
  }

  private func sum(_ name: String, _ rows: [Row], kind: Row.Kind) -> Row {
    func sum<Number: Numeric>(_ count: (Row) -> Number) -> Number { rows.reduce(0) { $0 + count($1) } }
    return Row(
      name: name, shape: [], kind: kind, parameters: sum { $0.parameters }, survivors: sum { $0.survivors },
      deadWeights: sum { $0.deadWeights }, paddedMultiplyAdds: sum { $0.paddedMultiplyAdds },
      multiplyAdds: sum { $0.multiplyAdds }, survivorMultiplyAdds: sum { $0.survivorMultiplyAdds },
      seconds: sum { $0.seconds }, denseSeconds: sum { $0.denseSeconds })
  }

  /// What pruning the convolutions saves in arithmetic, which is far less than it saves in weights, and how many weights
  /// never did anything.
  public var summary: String {
    let all = convolutions
    var sentence: String
    guard all.parameters > 0 else { return "There are no convolutions." }
    if all.survivors == all.parameters {
      sentence =
        "No convolution weight is pruned: \(all.multiplyAdds.abbreviated) multiply-adds an image "
        + "(\(all.paddedMultiplyAdds.abbreviated) with padding)"
    } else if all.survivors == 0 || all.survivorMultiplyAdds == 0 {
      let what = all.survivors == 0 ? "No convolution weight is left" : "No surviving convolution weight meets a pixel"
      sentence = "\(what): 0 of \(all.multiplyAdds.abbreviated) multiply-adds"
    } else {
      let weights = Double(all.parameters) / Double(all.survivors)
      let arithmetic = Double(all.multiplyAdds) / Double(all.survivorMultiplyAdds)
      sentence =
        "\(weights.factor) fewer convolution weights are \(arithmetic.factor) fewer multiply-adds "
        + "(\(all.survivorMultiplyAdds.abbreviated) of \(all.multiplyAdds.abbreviated))"
    }
    if all.deadWeights > 0 {
      let share = all.deadWeights.percent(of: all.parameters, digits: 0)
      sentence += "; \(share) of the dense weights never meet a pixel at this input size"
    }
    return sentence + "."
  }

  /// What pruning saves in time, as predicted for one core.
  public var prediction: String {
    let all = total
    guard all.denseSeconds > 0 else { return "" }
    func microseconds(_ seconds: Double) -> String { "\((1e6 * seconds).fixed(0)) µs" }
    let prediction = "Predicted inference: \(microseconds(all.seconds)) an image on one core"
    if all.seconds == all.denseSeconds { return prediction + "." }
    return prediction + ", "
      + "\((all.denseSeconds / all.seconds).factor) as fast as with all weights (\(microseconds(all.denseSeconds)))."
  }

  /// The table, the summary and the prediction as text, at most 120 columns wide.
  public var description: String {
    var table = Table([
      ("layer", .left), ("shape", .left), ("weights", .right), ("survivors", .right), ("kept", .right),
      ("dead\ntaps", .right), ("multiply-\nadds", .right), ("of sur-\nvivors", .right), ("kept", .right),
      ("time", .right),
    ])
    let seconds = total.seconds
    func share(_ part: Int, _ whole: Int, digits: Int = 1) -> String {
      whole == 0 || part == 0 ? "·" : part.percent(of: whole, digits: digits)
    }
    func add(_ row: Row) {
      table.add([
        row.name, row.shape.map(String.init).joined(separator: "×"), row.parameters == 0 ? "·" : row.parameters.grouped,
        row.survivors == 0 ? "·" : row.survivors.grouped, share(row.survivors, row.parameters),
        share(row.deadWeights, row.parameters, digits: 0), row.multiplyAdds == 0 ? "·" : row.multiplyAdds.abbreviated,
        row.survivorMultiplyAdds == 0 ? "·" : row.survivorMultiplyAdds.abbreviated,
        share(row.survivorMultiplyAdds, row.multiplyAdds),
        seconds == 0 ? "·" : (row.seconds / seconds).percent(1),
      ])
    }
    rows.forEach(add)
    table.addRule()
    if convolutions.parameters > 0 { add(convolutions) }
    add(total)
    let sentences = [summary.replacing("; ", with: ";\n"), prediction].filter { !$0.isEmpty }
    return table.text + "\n" + sentences.joined(separator: "\n") + "\n"
  }
}
