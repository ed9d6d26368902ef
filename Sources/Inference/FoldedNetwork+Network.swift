import Kernels
import NeuralNetwork

extension FoldedNetwork {
  /// Folds a network as it is in evaluation: `W ∗ x` scaled by `γ/√(σ² + ε)`, with `β - μ·γ/√(σ² + ε)` as bias, from the
  /// running statistics. Weights that are zero, or only ever meet padding, are left out.
  public init(_ network: Network) {
    var builder = NetworkFolding(network)
    let graph = network.graph
    for (index, node) in graph.nodes.enumerated() {
      switch node.operation {
      // A convolution takes the place of its normalization: a block's shortcut is computed between the two.
      case .convolution: break
      case .normalization(let name, let tail, let residual): builder.addConvolution(before: name, tail, residual, index)
      case .maxPooling(let kernel, let stride, let padding):
        builder.add(.maxPooling(kernel: kernel, stride: stride, padding: padding), index)
      case .averagePooling: builder.add(.averagePooling, index)
      case .linear(let name, let outputs): builder.addLinear(name, outputs: outputs, index)
      }
    }
    self.init(values: builder.values, nodes: builder.nodes)
  }
}

/// Collects the folded nodes while it walks through a network's graph.
private struct NetworkFolding {
  let network: Network
  let parameters: [String: Parameter]
  let statistics: [String: RunningStatistics]
  private(set) var values: [FoldedNetwork.Value] = []
  private(set) var nodes: [FoldedNetwork.Node] = []
  /// The folded value of each value of the graph; a convolution's own value has none, as it becomes its normalization's.
  private var places: [NetworkGraph.ValueIndex: FoldedNetwork.ValueIndex] = [:]

  init(_ network: Network) {
    self.network = network
    parameters = Dictionary(uniqueKeysWithValues: network.layout.parameters.map { ($0.name, $0) })
    statistics = Dictionary(uniqueKeysWithValues: network.layout.statistics.map { ($0.name, $0) })
    _ = addValue(0)
  }

  mutating func add(_ operation: FoldedNetwork.Operation, _ index: Int) {
    let node = network.graph.nodes[index]
    let input = place(node.input)
    nodes.append(.init(operation, input: input, output: addValue(node.output)))
  }

  mutating func addLinear(_ name: String, outputs: Int, _ index: Int) {
    let node = network.graph.nodes[index]
    let shape = ConvolutionShape(
      inputChannels: network.graph.values[node.input].channels, outputChannels: outputs, kernel: 1, stride: 1,
      padding: 0, inputHeight: 1, inputWidth: 1)
    let weights = survivors(values("\(name).weight"), shape, scales: [Float](repeating: 1, count: outputs))
    let bias = FoldedBias(values: values("\(name).bias"), pixels: 1)
    add(
      .linear(
        FoldedLayer(name: name, shape: shape, weights: weights, bias: bias, residual: nil, rectifies: false)), index)
  }

  /// Adds a normalization together with the convolution in front of it.
  mutating func addConvolution(
    before normalization: String, _ tail: NormalizationTail, _ residual: NetworkGraph.ValueIndex?, _ index: Int
  ) {
    let node = network.graph.nodes[index]
    guard let producer = network.graph.nodes.first(where: { $0.output == node.input }),
      case .convolution(let name, let shape) = producer.operation, let running = statistics[normalization],
      network.graph.nodes.count(where: { $0.input == producer.output }) == 1
    else { preconditionFailure("\(normalization) must follow a convolution that nothing else reads") }
    let epsilon = BatchNormalization(shape.output(lanes: vectorWidth), tail: tail).epsilon
    let shifts = values("\(normalization).bias")
    let means = Array(network.arena[running.mean])
    let scales = zip(values("\(normalization).weight"), network.arena[running.variance])
      .map { $0 / ($1 + epsilon).squareRoot() }
    let bias = shifts.indices.map { shifts[$0] - means[$0] * scales[$0] }
    let layer = FoldedLayer(
      name: name, shape: shape, weights: survivors(values("\(name).weight"), shape, scales: scales),
      bias: FoldedBias(values: bias, pixels: 1),
      residual: residual.map { .init(value: place($0), channels: (0..<shape.outputChannels).map { Int32($0) }) },
      rectifies: tail != .none)
    let input = place(producer.input)
    nodes.append(.init(.convolution(layer), input: input, output: addValue(node.output)))
  }

  private mutating func addValue(_ index: NetworkGraph.ValueIndex) -> FoldedNetwork.ValueIndex {
    let value = network.graph.values[index]
    values.append(.init(origins: Array(0..<value.channels), height: value.height, width: value.width))
    places[index] = values.count - 1
    return values.count - 1
  }

  private func place(_ index: NetworkGraph.ValueIndex) -> FoldedNetwork.ValueIndex {
    guard let place = places[index] else { preconditionFailure("value \(index) is read before it is computed") }
    return place
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
