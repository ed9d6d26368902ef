import Kernels

/// A layer of a network between fewer channels than it had.
public struct SmallerLayer: Sendable {
  /// The layer with all its channels.
  public let layer: FoldedLayer
  /// The geometry that is left.
  public let shape: ConvolutionShape
  /// The new number of each input channel; -1 for those that are gone.
  public let inputs: [Int32]
  /// The new number of each output channel; -1 for those that are gone.
  public let outputs: [Int32]
}

extension FoldedNetwork {
  /// The same network with some of its channels only. Values that lose all of them go, and so do the nodes that compute them; a
  /// value that feeds a node with something left stays as an empty one. A shortcut adds what is left of it.
  ///
  /// - Parameters:
  ///   - kept: for each value, for each channel, whether it stays.
  ///   - contents: the weights and biases of a layer that stays, the layers in order of computation.
  public func keeping<Failure: Error>(
    _ kept: [[Bool]],
    contents: (Node, SmallerLayer) throws(Failure) -> (weights: SurvivingWeights, bias: FoldedBias)
  ) throws(Failure) -> FoldedNetwork {
    let places = kept.map { kept in
      var count: Int32 = 0
      return kept.map { isKept -> Int32 in
        defer { if isKept { count += 1 } }
        return isKept ? count : -1
      }
    }
    var values: [Value] = []
    var numbers: [ValueIndex: ValueIndex] = [:]
    let needed = Set(nodes.filter { kept[$0.output].contains(true) }.flatMap { [$0.input, $0.output] })
    for (index, value) in self.values.enumerated() where index == 0 || needed.contains(index) {
      numbers[index] = values.count
      values.append(
        Value(
          origins: zip(value.origins, kept[index]).filter(\.1).map(\.0), height: value.height, width: value.width))
    }
    var nodes: [Node] = []
    for node in self.nodes where kept[node.output].contains(true) {
      guard let input = numbers[node.input], let output = numbers[node.output] else { continue }
      guard let layer = node.layer else {
        nodes.append(Node(node.operation, input: input, output: output))
        continue
      }
      let shape = layer.shape
      let smaller = SmallerLayer(
        layer: layer,
        shape: ConvolutionShape(
          inputChannels: values[input].channels, outputChannels: values[output].channels, kernel: shape.kernel,
          stride: shape.stride, padding: shape.padding, inputHeight: shape.inputHeight, inputWidth: shape.inputWidth),
        inputs: places[node.input], outputs: places[node.output])
      let (weights, bias) = try contents(node, smaller)
      let residual = layer.residual.flatMap { residual in
        numbers[residual.value].flatMap { residual.smaller(value: $0, places[residual.value], smaller.outputs) }
      }
      let left = FoldedLayer(
        name: layer.name, shape: smaller.shape, weights: weights, bias: bias, residual: residual,
        rectifies: layer.rectifies, isLinear: layer.isLinear)
      nodes.append(Node(left, input: input, output: output))
    }
    return FoldedNetwork(values: values, nodes: nodes)
  }
}

extension FoldedLayer.Residual {
  /// What is left of a shortcut; `nil` for nothing.
  ///
  /// - Parameters:
  ///   - value: the new number of its value.
  ///   - places: the new number of each of its channels.
  ///   - outputs: the new number of each channel that it is added to.
  fileprivate func smaller(value: FoldedNetwork.ValueIndex, _ places: [Int32], _ outputs: [Int32]) -> Self? {
    let channels = zip(channels, outputs).filter { $0.1 >= 0 }.map { $0.0 < 0 ? -1 : places[Int($0.0)] }
    return channels.contains { $0 >= 0 } ? Self(value: value, channels: channels) : nil
  }
}
