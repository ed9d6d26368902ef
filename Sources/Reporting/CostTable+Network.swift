import NeuralNetwork
import Pruning

extension CostTable {
  /// What a network costs with a mask on.
  public init(graph: NetworkGraph, layout: ParameterLayout, mask: Mask) {
    let shapes = Dictionary(uniqueKeysWithValues: graph.convolutions.map { ("\($0.name).weight", $0.shape) })
    self.init(
      rows: layout.parameters.map { parameter in
        let survivors = mask.survivors(of: parameter)
        let dead = parameter.isLive.count { !$0 } * (parameter.count / parameter.isLive.count)
        guard let shape = shapes[parameter.name] else {
          let isLinear = parameter.role == .linearWeight
          return Row(
            name: parameter.name, shape: parameter.shape, kind: isLinear ? .linear : .other,
            parameters: parameter.count,
            survivors: survivors, deadWeights: dead, paddedMultiplyAdds: isLinear ? parameter.count : 0,
            multiplyAdds: isLinear ? parameter.count : 0, survivorMultiplyAdds: isLinear ? survivors : 0)
        }
        let kept = zip(parameter.blocks, shape.outputsPerTap).reduce(0) { $0 + mask.survivors(in: $1.0) * $1.1 }
        return Row(
          name: parameter.name, shape: parameter.shape, kind: .convolution, parameters: parameter.count,
          survivors: survivors, deadWeights: dead, paddedMultiplyAdds: shape.paddedMultiplyAdds,
          multiplyAdds: shape.multiplyAdds, survivorMultiplyAdds: kept)
      })
  }
}
