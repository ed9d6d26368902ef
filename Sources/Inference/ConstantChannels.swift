/// Which channels of a network have the same value whatever the image is, and that value at every pixel.
public struct ConstantChannels {
  /// For each value, for each channel: its pixels if it is constant.
  public private(set) var maps: [[[Float]?]]
  /// For each value that a layer computes: what its constant inputs, its bias and its constant shortcuts come to, for each
  /// channel at each pixel.
  private(set) var biases: [FoldedNetwork.ValueIndex: [[Float]]] = [:]

  /// Walks forward through the network. The image is not constant; a layer's channel is if no survivor reads a channel that is
  /// not, and no such shortcut is added.
  init(_ network: FoldedNetwork) {
    maps = network.values.map { [[Float]?](repeating: nil, count: $0.channels) }
    for node in network.nodes {
      let output = node.operation.constants(self, node, in: network)
      maps[node.output] = output.maps
      biases[node.output] = output.biases
    }
  }

  /// Whether a channel is constant.
  func isConstant(_ channel: Int, of value: FoldedNetwork.ValueIndex) -> Bool { maps[value][channel] != nil }
}

/// What of an operation's output is constant.
public struct ConstantOutput {
  /// For each channel: its pixels if it is constant.
  let maps: [[Float]?]
  /// Of a layer with weights: all that is constant in a channel, whether it all is or not, at each pixel.
  var biases: [[Float]]?
}

extension ConstantOutput {
  public init(maps: [[Float]?]) { self.init(maps: maps, biases: nil) }
}
