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
    let places = kept.map { kept in
      var count: Int32 = 0
      return kept.map { isKept -> Int32 in
        defer { if isKept { count += 1 } }
        return isKept ? count : -1
      }
    }
    var values: [Value] = []
    var numbers: [ValueIndex: ValueIndex] = [:]
    // Values that lose all their channels and the nodes that compute them go; a value that feeds a node with something left
    // stays as an empty one.
    let needed = Set(nodes.filter { kept[$0.output].contains(true) }.flatMap { [$0.input, $0.output] })
    for (index, value) in self.values.enumerated() where index == 0 || needed.contains(index) {
      numbers[index] = values.count
      values.append(
        Value(
          origins: zip(value.origins, kept[index]).filter(\.1).map(\.0), height: value.height, width: value.width))
    }
    let nodes = self.nodes.compactMap { node -> Node? in
      guard kept[node.output].contains(true), let input = numbers[node.input], let output = numbers[node.output] else {
        return nil
      }
      func shrink(_ layer: FoldedLayer) -> FoldedLayer {
        layer.shrunk(
          input: places[node.input], output: places[node.output], bias: constants.biases[node.output] ?? [],
          residual: layer.residual.flatMap { residual in
            numbers[residual.value].map { (value: $0, places: places[residual.value]) }
          })
      }
      switch node.operation {
      case .convolution(let layer): return Node(.convolution(shrink(layer)), input: input, output: output)
      case .linear(let layer): return Node(.linear(shrink(layer)), input: input, output: output)
      case .maxPooling, .averagePooling: return Node(node.operation, input: input, output: output)
      }
    }
    let network = FoldedNetwork(values: values, nodes: nodes)
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

extension FoldedLayer {
  /// The layer between fewer channels.
  ///
  /// - Parameters:
  ///   - input: the new number of each input channel, -1 for those that are gone.
  ///   - output: the same for output channels.
  ///   - bias: for each output channel, all that is constant in it, a pixel.
  ///   - residual: the new number of the shortcut's value and of its channels; `nil` where it is gone.
  fileprivate func shrunk(
    input: [Int32], output: [Int32], bias: [[Float]],
    residual shortcut: (value: FoldedNetwork.ValueIndex, places: [Int32])?
  ) -> FoldedLayer {
    let (inputs, outputs) = (input.count { $0 >= 0 }, output.count { $0 >= 0 })
    let smaller = ConvolutionShape(
      inputChannels: inputs, outputChannels: outputs, kernel: shape.kernel, stride: shape.stride,
      padding: shape.padding, inputHeight: shape.inputHeight, inputWidth: shape.inputWidth)
    var positions: [[Int32]] = []
    var values: [[Float]] = []
    for (places, weights) in zip(self.weights.positions, self.weights.values) {
      var keptPlaces: [Int32] = []
      var keptWeights: [Float] = []
      for (place, weight) in zip(places, weights) {
        let (o, i) = Int(place).quotientAndRemainder(dividingBy: shape.inputChannels)
        guard output[o] >= 0, input[i] >= 0 else { continue }
        keptPlaces.append(output[o] * Int32(inputs) + input[i])
        keptWeights.append(weight)
      }
      positions.append(keptPlaces)
      values.append(keptWeights)
    }
    let pixels = shape.outputHeight * shape.outputWidth
    var residual: Residual?
    if let old = self.residual, let shortcut {
      let channels = zip(old.channels, output).filter { $0.1 >= 0 }.map { $0.0 < 0 ? -1 : shortcut.places[Int($0.0)] }
      if channels.contains(where: { $0 >= 0 }) { residual = Residual(value: shortcut.value, channels: channels) }
    }
    return FoldedLayer(
      name: name, shape: smaller, weights: SurvivingWeights(positions: positions, values: values),
      bias: FoldedBias(maps: zip(bias, output).filter { $0.1 >= 0 }.map(\.0), pixels: pixels), residual: residual,
      rectifies: rectifies)
  }
}
