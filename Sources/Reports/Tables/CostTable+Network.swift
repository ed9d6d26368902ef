import Networks
import Pruning

extension CostTable {
  /// What a network costs with a mask on: a row a layer with weights, and one for everything else.
  public init(graph: NetworkGraph, layout: ParameterLayout, mask: Mask) {
    let shapes = Dictionary(uniqueKeysWithValues: graph.convolutions.map { ("\($0.name).weight", $0.shape) })
    let cost = NetworkCost(graph: graph, layout: layout, mask: mask)
    let layers = Dictionary(uniqueKeysWithValues: cost.layers.map { ($0.name, $0) })
    var rows: [Row] = []
    var others = Row(
      name: "everything else", shape: [], kind: .other, parameters: 0, survivors: 0, deadWeights: 0,
      paddedMultiplyAdds: 0, multiplyAdds: 0, survivorMultiplyAdds: 0, seconds: cost.otherSeconds,
      denseSeconds: cost.otherSeconds)
    for parameter in layout.parameters {
      guard let layer = layers[parameter.name] else {
        others.parameters += parameter.count
        others.survivors += parameter.count
        continue
      }
      let deadTaps = parameter.isLive.count { !$0 }
      rows.append(
        Row(
          name: parameter.name, shape: parameter.shape, kind: layer.isConvolution ? .convolution : .linear,
          parameters: parameter.count, survivors: mask.survivors(of: parameter),
          deadWeights: parameter.count / parameter.blocks.count * deadTaps,
          paddedMultiplyAdds: shapes[parameter.name]?.paddedMultiplyAdds ?? parameter.count,
          multiplyAdds: layer.denseMultiplyAdds, survivorMultiplyAdds: layer.multiplyAdds, seconds: layer.seconds,
          denseSeconds: layer.denseSeconds))
    }
    self.init(rows: rows + [others])
  }
}
