import Inference

/// What an exported C file calls in turn, and where everything lies in its buffer.
struct CPlan {
  let network: FoldedNetwork
  /// The layers with tables.
  private(set) var layers: [CLayer] = []
  /// A call for each node, without the semicolon.
  private(set) var calls: [String] = []
  /// The functions that they need besides those of layers.
  private(set) var functions: [String] = []
  private let buffers: BufferPlan
  /// Where each buffer begins.
  private let starts: [Int]
  private let end: Int
  private var paddedFloats = 0
  private var unfoldedFloats = 0

  init(_ network: FoldedNetwork) throws(ExportError) {
    self.network = network
    let sizes = network.values.map { $0.channels * $0.pixels }
    let buffers = BufferPlan(network, floats: sizes)
    var end = Self.rounded(sizes[0])
    starts = buffers.counts.map { count in
      defer { end += Self.rounded(count) }
      return end
    }
    self.buffers = buffers
    self.end = end
    for node in network.nodes { try node.exportable(as: "C").addCalls(to: &self, node) }
  }

  /// Every part begins at a cache line.
  private static func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }

  private func start(_ value: FoldedNetwork.ValueIndex) -> Int { buffers.buffers[value].map { starts[$0] } ?? 0 }

  /// A value's place in C.
  func place(_ value: FoldedNetwork.ValueIndex) -> String { "buffer + \(start(value))" }

  mutating func add(_ layer: CLayer) {
    layers.append(layer)
    reserve(padded: layer.paddedFloats)
    unfoldedFloats = max(unfoldedFloats, layer.unfoldedFloats)
  }

  /// Makes the buffer of padded channels no smaller.
  mutating func reserve(padded floats: Int) { paddedFloats = max(paddedFloats, floats) }

  /// Adds a function, once.
  mutating func define(_ function: String) { if !functions.contains(function) { functions.append(function) } }

  mutating func call(_ function: String, _ arguments: [String]) {
    calls.append("\(function)(\(arguments.joined(separator: ", ")))")
  }

  var paddedPlace: Int { end }
  var unfoldedPlace: Int { end + Self.rounded(paddedFloats) }
  var logitsPlace: Int { start(network.values.count - 1) }
  /// The floats of the whole buffer.
  var floats: Int { unfoldedPlace + Self.rounded(unfoldedFloats) }
  /// The bytes of all tables.
  var tableSize: Int { layers.reduce(0) { $0 + $1.tableSize } }
}
