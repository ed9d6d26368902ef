import Kernels
import Networks

extension FoldedNetwork {
  /// Folds a network as it is in evaluation: `W ∗ x` scaled by `γ/√(σ² + ε)`, with `β - μ·γ/√(σ² + ε)` as bias, from the
  /// running statistics. Weights that are zero, or only ever meet padding, are left out.
  public init(_ network: Network) {
    let reader = FoldingReader(network)
    self = FoldedNetwork(emptyOf: network.graph).filled { layer in reader.contents(of: layer) }
  }
}

/// Reads folded weights and biases from a network.
private struct FoldingReader {
  let network: Network
  let parameters: [String: Parameter]
  let statistics: [String: RunningStatistics]
  /// The normalization behind each convolution, and what it ends in.
  let normalizations: [String: (name: String, tail: NormalizationTail)]

  init(_ network: Network) {
    self.network = network
    parameters = Dictionary(uniqueKeysWithValues: network.layout.parameters.map { ($0.name, $0) })
    statistics = Dictionary(uniqueKeysWithValues: network.layout.statistics.map { ($0.name, $0) })
    var convolutions: [NetworkGraph.ValueIndex: String] = [:]
    var normalizations: [String: (name: String, tail: NormalizationTail)] = [:]
    for node in network.graph.nodes {
      switch node.operation {
      case .convolution(let name, _): convolutions[node.output] = name
      case .normalization(let name, let tail, _):
        if let convolution = convolutions[node.input] { normalizations[convolution] = (name, tail) }
      case .maxPooling, .averagePooling, .linear: break
      }
    }
    self.normalizations = normalizations
  }

  func contents(of layer: FoldedLayer) -> (SurvivingWeights, FoldedBias) {
    let weights = values("\(layer.name).weight")
    guard let normalization = normalizations[layer.name] else {
      let scales = [Float](repeating: 1, count: layer.shape.outputChannels)
      return (
        survivors(weights, layer.shape, scales: scales), FoldedBias(values: values("\(layer.name).bias"), pixels: 1)
      )
    }
    guard let running = statistics[normalization.name] else {
      preconditionFailure("the layout was made from the same graph and must hold \(normalization.name)")
    }
    let epsilon = BatchNormalization(layer.shape.output(lanes: vectorWidth), tail: normalization.tail).epsilon
    let shifts = values("\(normalization.name).bias")
    let means = Array(network.arena[running.mean])
    let scales = zip(values("\(normalization.name).weight"), network.arena[running.variance])
      .map { $0 / ($1 + epsilon).squareRoot() }
    let bias = shifts.indices.map { shifts[$0] - means[$0] * scales[$0] }
    return (survivors(weights, layer.shape, scales: scales), FoldedBias(values: bias, pixels: 1))
  }

  private func values(_ name: String) -> [Float] {
    guard let parameter = parameters[name] else {
      preconditionFailure("the layout was made from the same graph and must hold \(name)")
    }
    return network.values(of: parameter)
  }

  /// - Parameters:
  ///   - weights: `[O, I, kh, kw]` in torchvision's order.
  ///   - scales: what each output channel's weights are multiplied by.
  private func survivors(_ weights: [Float], _ shape: ConvolutionShape, scales: [Float]) -> SurvivingWeights {
    var positions: [[Int32]] = []
    var values: [[Float]] = []
    for (tap, outputs) in shape.outputsPerTap.enumerated() {
      var places: [Int32] = []
      var survivors: [Float] = []
      if outputs > 0 {
        for o in 0..<shape.outputChannels {
          let scale = scales[o]
          for place in o * shape.inputChannels..<(o + 1) * shape.inputChannels {
            let weight = weights[place * shape.taps + tap] * scale
            guard weight != 0 else { continue }
            places.append(Int32(place))
            survivors.append(weight)
          }
        }
      }
      positions.append(places)
      values.append(survivors)
    }
    return SurvivingWeights(positions: positions, values: values)
  }
}
