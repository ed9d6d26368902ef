import Kernels
import Networks

extension ConvolutionLayer: FoldableLayer {
  /// It takes the place of the normalization behind it.
  public func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError) {
    try folding.wait(self, node)
  }
}

extension BatchNormalizationLayer: FoldableLayer {
  /// The convolution before it, scaled and shifted.
  public func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError) {
    let (convolution, producer) = try folding.convolution(before: node)
    let shape = convolution.shape
    let residual: FoldedLayer.Residual? =
      tail == .residualRelu
      ? .init(value: folding.place(node.inputs[1]), channels: (0..<shape.outputChannels).map { Int32($0) }) : nil
    let empty = FoldedLayer(name: convolution.name, shape: shape, residual: residual, rectifies: tail != .none)
    folding.append(folding.network.map { filled(empty, from: $0) } ?? empty, node, reading: producer.input)
  }

  private func filled(_ layer: FoldedLayer, from network: Network) -> FoldedLayer {
    let statistics = network.statistics(name)
    let epsilon = BatchNormalization(layer.shape.output(lanes: vectorWidth), tail: tail).epsilon
    let shifts = network.values(of: "\(name).bias")
    let means = Array(network.arena[statistics.mean])
    let scales = zip(network.values(of: "\(name).weight"), network.arena[statistics.variance])
      .map { $0 / ($1 + epsilon).squareRoot() }
    let bias = shifts.indices.map { shifts[$0] - means[$0] * scales[$0] }
    return layer.with(weights: layer.survivors(in: network, scales: scales), bias: FoldedBias(values: bias, pixels: 1))
  }
}

extension LinearLayer: FoldableLayer {
  public func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError) {
    guard let shape = product else { return }
    var layer = FoldedLayer(name: name, shape: shape, isLinear: true)
    if let network = folding.network {
      let scales = [Float](repeating: 1, count: outputs)
      layer = layer.with(
        weights: layer.survivors(in: network, scales: scales),
        bias: FoldedBias(values: network.values(of: "\(name).bias"), pixels: 1))
    }
    folding.append(layer, node)
  }
}

extension FoldedLayer {
  /// A layer without survivors, and with zeros for biases.
  fileprivate init(
    name: String, shape: ConvolutionShape, residual: Residual? = nil, rectifies: Bool = false, isLinear: Bool = false
  ) {
    self.init(
      name: name, shape: shape,
      weights: SurvivingWeights(
        positions: [[Int32]](repeating: [], count: shape.taps), values: [[Float]](repeating: [], count: shape.taps)),
      bias: FoldedBias(values: [Float](repeating: 0, count: shape.outputChannels), pixels: 1), residual: residual,
      rectifies: rectifies, isLinear: isLinear)
  }

  /// The weights that a network has of this layer.
  ///
  /// - Parameter scales: what each output channel's weights are multiplied by.
  fileprivate func survivors(in network: Network, scales: [Float]) -> SurvivingWeights {
    // `[O, I, kh, kw]`, torchvision's order.
    let weights = network.values(of: "\(name).weight")
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
