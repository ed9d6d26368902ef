/// What removing dead channels took from a network.
public struct RemovalReport: Sendable, Equatable {
  /// One layer: a convolution or the linear layer, with the value it computes.
  public struct Layer: Sendable, Equatable {
    /// torchvision's name.
    public let name: String
    /// Output channels before.
    public let channels: Int
    /// Output channels that are left.
    public let keptChannels: Int
    /// Removed channels whose value does not depend on the image.
    public let constantChannels: Int
    /// Removed channels that depend on the image but on which no logit depends.
    public let unreadChannels: Int
    /// Surviving weights before.
    public let survivors: Int
    /// Surviving weights that are left.
    public let keptSurvivors: Int
  }

  /// In the order of computation.
  public let layers: [Layer]

  public var channels: Int { layers.reduce(0) { $0 + $1.channels } }
  public var keptChannels: Int { layers.reduce(0) { $0 + $1.keptChannels } }
  public var constantChannels: Int { layers.reduce(0) { $0 + $1.constantChannels } }
  public var unreadChannels: Int { layers.reduce(0) { $0 + $1.unreadChannels } }
  public var survivors: Int { layers.reduce(0) { $0 + $1.survivors } }
  public var keptSurvivors: Int { layers.reduce(0) { $0 + $1.keptSurvivors } }
  /// How many channels are gone.
  public var removedChannels: Int { channels - keptChannels }

  init(of network: FoldedNetwork, constants: ConstantChannels, kept: [[Bool]], smaller: FoldedNetwork) {
    let left = Dictionary(uniqueKeysWithValues: smaller.layers.map { ($0.name, $0.weights.count) })
    layers = network.nodes.compactMap { node in
      guard let layer = node.layer else { return nil }
      let removed = kept[node.output].indices.filter { !kept[node.output][$0] }
      let constant = removed.count { constants.isConstant($0, of: node.output) }
      return Layer(
        name: layer.name, channels: kept[node.output].count, keptChannels: kept[node.output].count - removed.count,
        constantChannels: constant, unreadChannels: removed.count - constant, survivors: layer.weights.count,
        keptSurvivors: left[layer.name] ?? 0)
    }
  }
}
