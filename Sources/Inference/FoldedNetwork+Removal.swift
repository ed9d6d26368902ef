import Kernels

extension FoldedNetwork {
  /// The same network without the channels that tell nothing of the image or that nobody reads, and what was removed.
  ///
  /// Constant channels, which no chain of survivors connects to the image, become part of the biases of the layers that read
  /// them; from there back, channels that no chain of survivors connects to the logits are left out. The logits stay the
  /// same but for rounding. The image keeps its channels, and the logits theirs.
  public func removingDeadChannels() -> (network: FoldedNetwork, report: RemovalReport) {
    let constants = ConstantChannels(self)
    let kept = keptChannels(constants)
    let network = keeping(kept) { node, smaller in
      (smaller.survivors, smaller.bias(constants.biases[node.output] ?? []))
    }
    return (network, RemovalReport(of: self, constants: constants, kept: kept, smaller: network))
  }

  /// For each value, which channels are kept: those that vary with the image and that a chain of survivors leads from to the
  /// logits.
  private func keptChannels(_ constants: ConstantChannels) -> [[Bool]] {
    var kept = values.map { [Bool](repeating: false, count: $0.channels) }
    kept[0] = kept[0].map { _ in true }
    kept[values.count - 1] = kept[values.count - 1].map { _ in true }
    func read(_ channel: Int, of value: ValueIndex) {
      if !constants.isConstant(channel, of: value) { kept[value][channel] = true }
    }
    for node in nodes.reversed() {
      guard let layer = node.layer else {
        for channel in kept[node.output].indices where kept[node.output][channel] { read(channel, of: node.input) }
        continue
      }
      for positions in layer.weights.positions {
        for position in positions {
          let (o, i) = Int(position).quotientAndRemainder(dividingBy: layer.shape.inputChannels)
          if kept[node.output][o] { read(i, of: node.input) }
        }
      }
      guard let residual = layer.residual else { continue }
      for (o, channel) in residual.channels.enumerated() where channel >= 0 && kept[node.output][o] {
        read(Int(channel), of: residual.value)
      }
    }
    // Pooling keeps its channels in their places: what is kept in front of it for others stays behind it too.
    for node in nodes where node.layer == nil { kept[node.output] = kept[node.input] }
    return kept
  }
}

extension SmallerLayer {
  /// The survivors between channels that stay.
  fileprivate var survivors: SurvivingWeights {
    let channels = Int32(shape.inputChannels)
    var positions: [[Int32]] = []
    var values: [[Float]] = []
    for (places, weights) in zip(layer.weights.positions, layer.weights.values) {
      var keptPlaces: [Int32] = []
      var keptWeights: [Float] = []
      for (place, weight) in zip(places, weights) {
        let (o, i) = Int(place).quotientAndRemainder(dividingBy: layer.shape.inputChannels)
        guard outputs[o] >= 0, inputs[i] >= 0 else { continue }
        keptPlaces.append(outputs[o] * channels + inputs[i])
        keptWeights.append(weight)
      }
      positions.append(keptPlaces)
      values.append(keptWeights)
    }
    return SurvivingWeights(positions: positions, values: values)
  }

  /// - Parameter constants: for each output channel of the larger layer, all that is constant in it, a pixel.
  fileprivate func bias(_ constants: [[Float]]) -> FoldedBias {
    FoldedBias(
      maps: zip(constants, outputs).filter { $0.1 >= 0 }.map(\.0), pixels: shape.outputHeight * shape.outputWidth)
  }
}
