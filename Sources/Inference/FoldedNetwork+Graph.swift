import Kernels
import Networks

extension FoldedNetwork {
  /// The layers that a network folds to, without weights and with zeros for biases.
  ///
  /// A convolution takes the place of the normalization behind it: a block's shortcut is computed between the two.
  public init(emptyOf graph: NetworkGraph) {
    var values: [Value] = []
    var nodes: [Node] = []
    // A convolution's own value has no place: it becomes its normalization's.
    var places: [NetworkGraph.ValueIndex: ValueIndex] = [:]
    func add(_ index: NetworkGraph.ValueIndex) -> ValueIndex {
      let value = graph.values[index]
      values.append(Value(origins: Array(0..<value.channels), height: value.height, width: value.width))
      places[index] = values.count - 1
      return values.count - 1
    }
    func place(_ index: NetworkGraph.ValueIndex) -> ValueIndex {
      guard let place = places[index] else { preconditionFailure("value \(index) is read before it is computed") }
      return place
    }
    _ = add(0)
    for node in graph.nodes {
      switch node.operation {
      case .convolution: break
      case .normalization(let name, let tail, let residual):
        let (convolution, shape, input) = graph.convolution(before: name, node)
        let layer = FoldedLayer(
          name: convolution, shape: shape, weights: SurvivingWeights(taps: shape.taps),
          bias: FoldedBias(zeros: shape.outputChannels),
          residual: residual.map { .init(value: place($0), channels: (0..<shape.outputChannels).map { Int32($0) }) },
          rectifies: tail != .none)
        nodes.append(Node(.convolution(layer), input: place(input), output: add(node.output)))
      case .maxPooling(let kernel, let stride, let padding):
        let operation = Operation.maxPooling(kernel: kernel, stride: stride, padding: padding)
        nodes.append(Node(operation, input: place(node.input), output: add(node.output)))
      case .averagePooling: nodes.append(Node(.averagePooling, input: place(node.input), output: add(node.output)))
      case .linear(let name, let outputs):
        let shape = ConvolutionShape(
          inputChannels: graph.values[node.input].channels, outputChannels: outputs, kernel: 1, stride: 1, padding: 0,
          inputHeight: 1, inputWidth: 1)
        let layer = FoldedLayer(
          name: name, shape: shape, weights: SurvivingWeights(taps: 1), bias: FoldedBias(zeros: outputs), residual: nil,
          rectifies: false)
        nodes.append(Node(.linear(layer), input: place(node.input), output: add(node.output)))
      }
    }
    self.init(values: values, nodes: nodes)
  }

  /// The same layers with other weights and biases.
  public func filled(_ contents: (FoldedLayer) -> (SurvivingWeights, FoldedBias)) -> FoldedNetwork {
    func fill(_ layer: FoldedLayer) -> FoldedLayer {
      let (weights, bias) = contents(layer)
      return FoldedLayer(
        name: layer.name, shape: layer.shape, weights: weights, bias: bias, residual: layer.residual,
        rectifies: layer.rectifies)
    }
    let nodes = nodes.map { node in
      switch node.operation {
      case .convolution(let layer): Node(.convolution(fill(layer)), input: node.input, output: node.output)
      case .linear(let layer): Node(.linear(fill(layer)), input: node.input, output: node.output)
      case .maxPooling, .averagePooling: node
      }
    }
    return FoldedNetwork(values: values, nodes: nodes)
  }
}

extension NetworkGraph {
  /// The convolution whose value a normalization reads, and what that reads.
  fileprivate func convolution(
    before normalization: String, _ node: Node
  ) -> (name: String, shape: ConvolutionShape, input: ValueIndex) {
    guard let producer = nodes.first(where: { $0.output == node.input }),
      case .convolution(let name, let shape) = producer.operation,
      nodes.count(where: { $0.input == producer.output }) == 1
    else { preconditionFailure("\(normalization) must follow a convolution that nothing else reads") }
    return (name, shape, producer.input)
  }
}

extension SurvivingWeights {
  /// No survivors.
  init(taps: Int) {
    self.init(
      positions: [[Int32]](repeating: [], count: taps), values: [[Float]](repeating: [], count: taps))
  }
}

extension FoldedBias {
  init(zeros count: Int) { self.init(values: [Float](repeating: 0, count: count), pixels: 1) }
}
