import Text
import Networks
import Pruning

/// How much of a network is pruned: by layer, over all convolutions, over the linear layers, over everything.
public struct SparsityReport: Sendable, Equatable, CustomStringConvertible {
  /// What was counted.
  public enum Source: String, Sendable {
    /// The pruned bits of a mask, while one is on.
    case masks
    /// Weights that are exactly zero, once pruning was made permanent.
    case zeros
  }

  /// The count over one layer or over several.
  public struct Row: Sendable, Equatable {
    public var name: String
    /// torchvision's shape; empty over several layers.
    public var shape: [Int]
    public var weights: Int
    public var pruned: Int

    /// The pruned fraction; 0 where there are no weights.
    public var sparsity: Double { weights == 0 ? 0 : Double(pruned) / Double(weights) }
  }

  public let source: Source
  /// All convolution and linear weights, in the order of the `state_dict`.
  public let layers: [Row]
  public let convolutions: Row
  public let linear: Row
  /// All learned parameters, biases and normalization included, of which none is ever pruned.
  public let everything: Row

  /// Counts the pruned bits of a mask.
  ///
  /// - Throws: `ReportingError.lengthMismatch` where the mask is not the layout's.
  public init(layout: ParameterLayout, mask: Mask) throws(ReportingError) {
    guard mask.count == layout.count else {
      throw .lengthMismatch(what: "a mask", found: mask.count, expected: layout.count)
    }
    self.init(layout: layout, mask: mask, source: .masks)
  }

  /// Counts the convolution and linear weights that are exactly zero.
  ///
  /// - Throws: `ReportingError.lengthMismatch` where the weights are not the layout's.
  public init(layout: ParameterLayout, weights: UnsafeBufferPointer<Float>) throws(ReportingError) {
    guard let mask = try? Mask(survivorsOf: weights, layout: layout) else {
      throw .lengthMismatch(what: "weights", found: weights.count, expected: layout.count)
    }
    self.init(layout: layout, mask: mask, source: .zeros)
  }

  private init(layout: ParameterLayout, mask: Mask, source: Source) {
    func rows(_ roles: [Parameter.Role]) -> [Row] {
      layout.parameters.filter { roles.contains($0.role) }.map {
        Row(name: $0.name, shape: $0.shape, weights: $0.count, pruned: $0.count - mask.survivors(of: $0))
      }
    }
    func sum(_ name: String, _ rows: [Row]) -> Row {
      Row(
        name: name, shape: [], weights: rows.reduce(0) { $0 + $1.weights }, pruned: rows.reduce(0) { $0 + $1.pruned })
    }
    self.source = source
    layers = rows([.convolutionWeight, .linearWeight])
    convolutions = sum("all convolutions", rows([.convolutionWeight]))
    linear = sum("linear", rows([.linearWeight]))
    everything = Row(
      name: "all parameters", shape: [], weights: layout.parameters.reduce(0) { $0 + $1.count },
      pruned: convolutions.pruned + linear.pruned)
  }

  /// The table as text.
  public var description: String {
    var table = Table([
      ("layer", .left), ("shape", .left), ("weights", .right), ("pruned", .right), ("left", .right),
      ("sparsity", .right),
    ])
    func add(_ row: Row) {
      table.add([
        row.name, row.shape.map(String.init).joined(separator: "×"), row.weights.grouped, row.pruned.grouped,
        (row.weights - row.pruned).grouped, row.pruned.percent(of: row.weights),
      ])
    }
    layers.forEach(add)
    table.addRule()
    [convolutions, linear, everything].forEach(add)
    return "Sparsity, counted from \(source.rawValue)\n\n" + table.text
  }
}
