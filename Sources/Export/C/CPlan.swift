import Inference
import Kernels

/// What an exported C file calls in turn, and where everything lies in its buffer.
struct CPlan {
  /// The tables of the layers, by their names in C.
  let layers: [(name: String, layer: CLayer, residual: [Int32]?)]
  /// A call for each node, without the semicolon.
  let calls: [String]
  let paddedPlace: Int
  let unfoldedPlace: Int
  let logitsPlace: Int
  /// The floats of the whole buffer.
  let floats: Int

  init(_ network: FoldedNetwork) {
    let sizes = network.values.map { $0.channels * $0.pixels }
    let plan = BufferPlan(network, floats: sizes)
    // Every part begins at a cache line.
    func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
    var end = rounded(sizes[0])
    let starts = plan.counts.map { count in
      defer { end += rounded(count) }
      return end
    }
    func place(_ value: FoldedNetwork.ValueIndex) -> String {
      "buffer + \(plan.buffers[value].map { starts[$0] } ?? 0)"
    }
    var layers: [(name: String, layer: CLayer, residual: [Int32]?)] = []
    var calls: [String] = []
    var pooled = 0
    for node in network.nodes {
      let (from, to) = (network.values[node.input], network.values[node.output])
      switch node.operation {
      case .convolution(let layer), .linear(let layer):
        let name = layer.name.replacing(".", with: "_")
        layers.append((name, CLayer(layer), layer.residual?.channels))
        let residual = layer.residual.map { place($0.value) } ?? "NULL"
        calls.append("convolve(&\(name), \(place(node.input)), \(residual), \(place(node.output)))")
      case .maxPooling(let kernel, let stride, let padding):
        let plane = CPlane(height: from.height, width: from.width, padding: padding, stride: stride)
        pooled = max(pooled, plane.floats)
        let numbers = [
          from.channels, from.height, from.width, kernel, stride, padding, plane.phase, plane.row, plane.floats,
          to.height,
          to.width,
        ]
        calls.append(
          "pool_maximum(\(place(node.input)), \(numbers.map(String.init).joined(separator: ", ")), \(place(node.output)))"
        )
      case .averagePooling:
        calls.append("pool_average(\(place(node.input)), \(from.channels), \(from.pixels), \(place(node.output)))")
      }
    }
    self.layers = layers
    self.calls = calls
    logitsPlace = plan.buffers[network.values.count - 1].map { starts[$0] } ?? 0
    paddedPlace = end
    end += rounded(max(pooled, layers.map(\.layer.paddedFloats).max() ?? 0))
    unfoldedPlace = end
    end += rounded(layers.map(\.layer.unfoldedFloats).max() ?? 0)
    floats = end
  }

  /// The bytes of all tables.
  var tableSize: Int {
    layers.reduce(0) { sum, layer in
      let tables = layer.layer
      return sum + 4 * (tables.weights.count + tables.sources.count + tables.layer.bias.values.count)
        + 2 * (tables.places.count + tables.counts.count + tables.channels.count + (layer.residual?.count ?? 0))
    }
  }

  /// The tables of a layer in C.
  func tables(_ entry: (name: String, layer: CLayer, residual: [Int32]?)) -> String {
    let (name, tables, residual) = entry
    let (layer, shape) = (tables.layer, tables.layer.shape)
    var text = CText.table("float", "\(name)_weights", tables.weights)
    text += CText.table("uint16_t", "\(name)_places", tables.places)
    text += CText.table("uint16_t", "\(name)_counts", tables.counts)
    text += CText.table("uint32_t", "\(name)_sources", tables.sources)
    text += CText.table("uint16_t", "\(name)_channels", tables.channels)
    text += CText.table("float", "\(name)_bias", layer.bias.values)
    if let residual { text += CText.table("int16_t", "\(name)_residual", residual.map { Int($0) }) }
    let numbers = [
      tables.channels.count, tables.sources.count, tables.rowsPerBlock, shape.outputChannels, layer.bias.pixels,
      layer.rectifies ? 1 : 0, shape.inputHeight, shape.inputWidth, shape.padding, shape.stride, tables.plane.phase,
      tables.plane.row, tables.plane.floats, shape.outputHeight, shape.outputWidth, tables.band, tables.tile,
    ]
    let arrays = ["weights", "places", "counts", "sources", "channels", "bias"].map { "\(name)_\($0)" }
    text += """
      static const struct layer \(name) = {
        \(arrays.joined(separator: ", ")), \(residual == nil ? "NULL" : "\(name)_residual"),
        \(numbers.map(String.init).joined(separator: ", ")),
      };
      """
    return text
  }
}
