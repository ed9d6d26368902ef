import Kernels
import Networks

/// Folds a graph node by node.
public struct Folding {
  let graph: NetworkGraph
  /// Where weights come from; `nil` for layers without any and with zeros for biases.
  let network: Network?
  private(set) var values: [FoldedNetwork.Value] = []
  private(set) var nodes: [FoldedNetwork.Node] = []
  /// A value that is folded into another has no place.
  private var places: [NetworkGraph.ValueIndex: FoldedNetwork.ValueIndex] = [:]
  /// The convolutions that wait for a normalization, by the value that they compute.
  private var waiting: [NetworkGraph.ValueIndex: (layer: ConvolutionLayer, node: NetworkGraph.Node)] = [:]

  init(_ graph: NetworkGraph, _ network: Network?) throws(FoldingError) {
    self.graph = graph
    self.network = network
    add(0)
    for node in graph.nodes {
      guard let layer = node.layer as? any FoldableLayer else {
        throw FoldingError(layer: node.layer.name, "there is no operation of inference for it")
      }
      try layer.fold(node, into: &self)
    }
  }

  /// The number of a value of the graph.
  func place(_ index: NetworkGraph.ValueIndex) -> FoldedNetwork.ValueIndex {
    guard let place = places[index] else { preconditionFailure("value \(index) is read before it is computed") }
    return place
  }

  /// Appends an operation that computes what a node does.
  ///
  /// - Parameter input: what it reads, if not what the node does.
  public mutating func append(
    _ operation: any FoldedOperation, _ node: NetworkGraph.Node, reading input: NetworkGraph.ValueIndex? = nil
  ) {
    let input = place(input ?? node.input)
    add(node.output)
    nodes.append(FoldedNetwork.Node(operation, input: input, output: place(node.output)))
  }

  private mutating func add(_ index: NetworkGraph.ValueIndex) {
    let value = graph.values[index]
    places[index] = values.count
    values.append(.init(origins: Array(0..<value.channels), height: value.height, width: value.width))
  }

  /// Leaves a convolution to the normalization that reads it: a block's shortcut is computed between the two.
  mutating func wait(_ layer: ConvolutionLayer, _ node: NetworkGraph.Node) throws(FoldingError) {
    let readers = graph.nodes.filter { $0.inputs.contains(node.output) }
    guard readers.count == 1, readers[0].layer is BatchNormalizationLayer, readers[0].input == node.output else {
      throw FoldingError(layer: layer.name, "one batch normalization must follow it, and nothing else read it")
    }
    waiting[node.output] = (layer, node)
  }

  /// The convolution that computes what a normalization reads.
  mutating func convolution(
    before node: NetworkGraph.Node
  ) throws(FoldingError) -> (layer: ConvolutionLayer, node: NetworkGraph.Node) {
    guard let found = waiting.removeValue(forKey: node.input) else {
      throw FoldingError(layer: node.layer.name, "it does not follow a convolution")
    }
    return found
  }
}

extension FoldedNetwork {
  /// The layers that a network folds to, without weights and with zeros for biases.
  ///
  /// - Throws: `FoldingError` naming a layer that inference has no operation for.
  public init(emptyOf graph: NetworkGraph) throws(FoldingError) {
    let folding = try Folding(graph, nil)
    self.init(values: folding.values, nodes: folding.nodes)
  }

  /// Folds a network as it is in evaluation: `W ∗ x` scaled by `γ/√(σ² + ε)`, with `β - μ·γ/√(σ² + ε)` as bias, from the
  /// running statistics. Weights that are zero, or only ever meet padding, are left out.
  ///
  /// - Throws: `FoldingError` naming a layer that inference has no operation for.
  public init(_ network: Network) throws(FoldingError) {
    let folding = try Folding(network.graph, network)
    self.init(values: folding.values, nodes: folding.nodes)
  }

  /// The same layers with other weights and biases.
  public func filled(_ contents: (FoldedLayer) -> (SurvivingWeights, FoldedBias)) -> FoldedNetwork {
    FoldedNetwork(
      values: values,
      nodes: nodes.map { node in
        guard let layer = node.layer else { return node }
        let (weights, bias) = contents(layer)
        return Node(layer.with(weights: weights, bias: bias), input: node.input, output: node.output)
      })
  }
}
