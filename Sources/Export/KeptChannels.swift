import Inference
import Networks

extension FoldedNetwork {
  /// For each value of the whole network of an architecture, for each channel, whether this network has it.
  ///
  /// - Parameter whole: what the architecture folds to.
  func keptChannels(of whole: FoldedNetwork) -> [[Bool]] {
    var kept = whole.values.map { [Bool](repeating: false, count: $0.channels) }
    func keep(_ origins: [Int], of value: ValueIndex) { for origin in origins { kept[value][origin] = true } }
    keep(values[0].origins, of: 0)
    // Nodes without an output are gone; those that are left have kept their order.
    var rest = nodes[...]
    for node in whole.nodes {
      guard let next = rest.first, node.isSame(as: next) else { continue }
      keep(values[next.output].origins, of: node.output)
      rest.removeFirst()
    }
    precondition(rest.isEmpty, "a network of another architecture")
    return kept
  }
}

extension FoldedNetwork.Node {
  /// Whether this is another node, perhaps with fewer channels.
  fileprivate func isSame(as other: Self) -> Bool {
    switch (operation, other.operation) {
    case (.convolution(let layer), .convolution(let other)): layer.name == other.name
    case (.linear(let layer), .linear(let other)): layer.name == other.name
    case (.maxPooling, .maxPooling), (.averagePooling, .averagePooling): operation == other.operation
    default: false
    }
  }
}
