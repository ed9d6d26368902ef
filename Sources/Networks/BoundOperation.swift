import Kernels

/// An operation of the graph, bound to its kernel, its parameters' places in the arena and its buffers.
struct BoundOperation {
  /// Offsets in the arena.
  struct NormalizationPlaces {
    let scale: Int
    let shift: Int
    let mean: Int
    let variance: Int
  }

  enum Kind {
    case convolution(Convolution)
    case normalization(BatchNormalization, NormalizationPlaces, residual: NetworkGraph.ValueIndex?)
    case maxPooling(MaxPooling)
    case averagePooling(AveragePooling)
    case linear(Linear, bias: Int)
  }

  let kind: Kind
  let input: NetworkGraph.ValueIndex
  let output: NetworkGraph.ValueIndex
  let gradient: GradientPlan.Step
  /// The floats of scratch memory that the backward pass needs.
  let scratchCount: Int

  init(_ node: NetworkGraph.Node, _ gradient: GradientPlan.Step, _ network: Network, lanes: Int) {
    input = node.input
    output = node.output
    self.gradient = gradient
    let shape = network.graph.values[node.input].shape(lanes: lanes)
    switch node.operation {
    case .convolution(let name, let geometry):
      let convolution = Convolution(geometry, network.parameter("\(name).weight"), lanes: lanes)
      kind = .convolution(convolution)
      scratchCount = convolution.scratchCount
    case .normalization(let name, let tail, let residual):
      let statistics = network.statistics(name)
      let places = NormalizationPlaces(
        scale: network.parameter("\(name).weight").blocks[0].lowerBound,
        shift: network.parameter("\(name).bias").blocks[0].lowerBound, mean: statistics.mean.lowerBound,
        variance: statistics.variance.lowerBound)
      kind = .normalization(BatchNormalization(shape, tail: tail), places, residual: residual)
      scratchCount = 0
    case .maxPooling(let kernel, let stride, let padding):
      kind = .maxPooling(MaxPooling(shape, kernel: kernel, stride: stride, padding: padding))
      scratchCount = 0
    case .averagePooling:
      kind = .averagePooling(AveragePooling(shape))
      scratchCount = 0
    case .linear(let name, let outputs):
      let weight = network.parameter("\(name).weight")
      let linear = Linear(
        features: shape.channels, outputs: outputs, lanes: lanes, weightOffset: weight.blocks[0].lowerBound,
        survivors: weight.kept?[0])
      kind = .linear(linear, bias: network.parameter("\(name).bias").blocks[0].lowerBound)
      scratchCount = linear.scratchCount
    }
  }
}

extension Convolution {
  /// A convolution of that shape with the weights of a parameter.
  fileprivate convenience init(_ shape: ConvolutionShape, _ weight: Parameter, lanes: Int) {
    guard let kept = weight.kept else {
      self.init(shape, lanes: lanes, tapOffsets: weight.blocks.map(\.lowerBound))
      return
    }
    // Survivors of dead taps lie elsewhere and take no part; those of live taps follow each other.
    let live = kept.indices.map { weight.isLive[$0] ? kept[$0] : [] }
    let first = weight.blocks.indices.first { weight.isLive[$0] }
    self.init(
      SparsePattern(shape: shape, positions: live), lanes: lanes,
      weightOffset: first.map { weight.blocks[$0].lowerBound } ?? 0)
  }
}
