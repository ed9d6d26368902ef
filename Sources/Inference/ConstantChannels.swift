/// Which channels of a network have the same value whatever the image is, and that value at every pixel.
struct ConstantChannels {
  /// For each value, for each channel: its pixels if it is constant.
  private(set) var maps: [[[Float]?]]
  /// For each value that a layer computes: what its constant inputs, its bias and its constant shortcuts come to, for each
  /// channel at each pixel.
  private(set) var biases: [FoldedNetwork.ValueIndex: [[Float]]] = [:]

  /// Walks forward through the network. The image is not constant; a layer's channel is if no survivor reads a channel that is
  /// not, and no such shortcut is added.
  init(_ network: FoldedNetwork) {
    maps = network.values.map { [[Float]?](repeating: nil, count: $0.channels) }
    for node in network.nodes {
      switch node.operation {
      case .convolution(let layer), .linear(let layer): walk(layer, node, network.values[node.output])
      case .maxPooling(let kernel, let stride, let padding):
        let (from, to) = (network.values[node.input], network.values[node.output])
        maps[node.output] = maps[node.input].map { map in
          map.map { Self.maximum($0, from, to, kernel: kernel, stride: stride, padding: padding) }
        }
      case .averagePooling:
        maps[node.output] = maps[node.input].map { map in
          map.map { [$0.reduce(0, +) * (1 / Float($0.count))] }
        }
      }
    }
  }

  /// Whether a channel is constant.
  func isConstant(_ channel: Int, of value: FoldedNetwork.ValueIndex) -> Bool { maps[value][channel] != nil }

  private mutating func walk(_ layer: FoldedLayer, _ node: FoldedNetwork.Node, _ output: FoldedNetwork.Value) {
    let shape = layer.shape
    var sums = (0..<shape.outputChannels).map { o in (0..<output.pixels).map { Double(layer.bias[o, $0]) } }
    var varies = [Bool](repeating: false, count: shape.outputChannels)
    let inputs = maps[node.input]
    for (tap, positions) in layer.weights.positions.enumerated() {
      for (position, weight) in zip(positions, layer.weights.values[tap]) {
        let (o, i) = Int(position).quotientAndRemainder(dividingBy: shape.inputChannels)
        guard let map = inputs[i] else {
          varies[o] = true
          continue
        }
        guard map.contains(where: { $0 != 0 }) else { continue }
        for pixel in 0..<output.pixels {
          let row = pixel / output.width * shape.stride + tap / shape.kernel - shape.padding
          let column = pixel % output.width * shape.stride + tap % shape.kernel - shape.padding
          guard row >= 0, row < shape.inputHeight, column >= 0, column < shape.inputWidth else { continue }
          sums[o][pixel] += Double(weight) * Double(map[row * shape.inputWidth + column])
        }
      }
    }
    if let residual = layer.residual {
      for (o, channel) in residual.channels.enumerated() where channel >= 0 {
        if let map = maps[residual.value][Int(channel)] {
          for pixel in map.indices { sums[o][pixel] += Double(map[pixel]) }
        } else {
          varies[o] = true
        }
      }
    }
    let bias = sums.map { $0.map { Float($0) } }
    biases[node.output] = bias
    maps[node.output] = bias.indices.map { o in
      varies[o] ? nil : layer.rectifies ? bias[o].map { $0 < 0 ? 0 : $0 } : bias[o]
    }
  }

  private static func maximum(
    _ map: [Float], _ from: FoldedNetwork.Value, _ to: FoldedNetwork.Value, kernel: Int, stride: Int, padding: Int
  ) -> [Float] {
    (0..<to.pixels).map { pixel in
      var largest = -Float.infinity
      for tap in 0..<kernel * kernel {
        let row = pixel / to.width * stride + tap / kernel - padding
        let column = pixel % to.width * stride + tap % kernel - padding
        guard row >= 0, row < from.height, column >= 0, column < from.width else { continue }
        largest = max(largest, map[row * from.width + column])
      }
      return largest
    }
  }
}
