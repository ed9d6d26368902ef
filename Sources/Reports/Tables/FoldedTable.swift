import Text
import Inference

/// What each layer of a network for inference holds, and what one image costs in it: what `inspect` prints of a packed model.
public struct FoldedTable: Sendable, CustomStringConvertible {
  private let layers: [FoldedLayer]

  public init(_ network: FoldedNetwork) { layers = network.layers }

  public var description: String {
    var table = Table([
      ("layer", .left), ("kernel", .right), ("channels in", .right), ("channels out", .right), ("survivors", .right),
      ("kept of\nthese", .right), ("multiply-adds", .right),
    ])
    for layer in layers {
      let shape = layer.shape
      table.add([
        layer.name, "\(shape.kernel)×\(shape.kernel)", shape.inputChannels.grouped, shape.outputChannels.grouped,
        layer.weights.count.grouped, layer.weights.count.percent(of: shape.weights, digits: 1),
        layer.multiplyAdds.abbreviated,
      ])
    }
    table.addRule()
    let survivors = layers.reduce(0) { $0 + $1.weights.count }
    let weights = layers.reduce(0) { $0 + $1.shape.weights }
    table.add([
      "total", "", "", layers.reduce(0) { $0 + $1.shape.outputChannels }.grouped, survivors.grouped,
      survivors.percent(of: weights, digits: 1), layers.reduce(0) { $0 + $1.multiplyAdds }.abbreviated,
    ])
    return table.text
  }
}
