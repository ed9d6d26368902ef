import Inference

extension FoldedNetwork {
  /// For each value of the whole network of an architecture, for each channel, whether this network has it.
  ///
  /// - Parameter whole: what the architecture folds to.
  /// - Returns: `nil` where this is a network of another architecture.
  func keptChannels(of whole: FoldedNetwork) -> [[Bool]]? {
    var kept = whole.values.map { [Bool](repeating: false, count: $0.channels) }
    for origin in values[0].origins { kept[0][origin] = true }
    // Nodes without an output are gone; those that are left have kept their order.
    var rest = nodes[...]
    for node in whole.nodes {
      guard let next = rest.first, node.operation.name == next.operation.name else { continue }
      for origin in values[next.output].origins {
        guard origin < kept[node.output].count else { return nil }
        kept[node.output][origin] = true
      }
      rest.removeFirst()
    }
    return rest.isEmpty ? kept : nil
  }
}
