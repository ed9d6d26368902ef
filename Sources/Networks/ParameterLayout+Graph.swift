import Kernels

extension ParameterLayout {
  /// Lays out the parameters of a network.
  public init(_ graph: NetworkGraph) {
    var builder = LayoutBuilder()
    // torchvision's modules come in the order they are written down, in which a block's shortcut follows its last
    // normalization; here the shortcut is computed before that.
    for node in graph.nodes.sorted(by: { Self.order($0) < Self.order($1) }) {
      switch node.operation {
      case .convolution(let name, let shape): builder.declareConvolution(name, shape)
      case .normalization(let name, _, _):
        builder.declareNormalization(name, channels: graph.values[node.input].channels)
      case .linear(let name, let outputs):
        builder.declareLinear(name, features: graph.values[node.input].channels, outputs: outputs)
      case .maxPooling, .averagePooling: break
      }
    }
    self = builder.layout()
  }

  private static func order(_ node: NetworkGraph.Node) -> (Int, Int) {
    if case .normalization(_, .residualRelu, .some(let residual)) = node.operation, residual == node.output - 1 {
      // Before the shortcut's convolution and normalization, which are the two values in front of this one.
      return (node.output - 2, 0)
    }
    return (node.output, 1)
  }
}

/// Collects declarations, then places live blocks, statistics and dead taps.
private struct LayoutBuilder {
  private struct Declaration {
    let name: String
    let shape: [Int]
    let role: Parameter.Role
    let blockCount: Int
    let isLive: [Bool]
  }

  private var declarations: [Declaration] = []
  private var normalizations: [(name: String, channels: Int)] = []

  mutating func declareConvolution(_ name: String, _ shape: ConvolutionShape) {
    declarations.append(
      Declaration(
        name: "\(name).weight", shape: [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel],
        role: .convolutionWeight, blockCount: shape.outputChannels * shape.inputChannels,
        isLive: shape.outputsPerTap.map { $0 > 0 }))
  }

  mutating func declareNormalization(_ name: String, channels: Int) {
    declare("\(name).weight", [channels], .normalizationScale)
    declare("\(name).bias", [channels], .normalizationShift)
    normalizations.append((name, channels))
  }

  mutating func declareLinear(_ name: String, features: Int, outputs: Int) {
    declare("\(name).weight", [outputs, features], .linearWeight)
    declare("\(name).bias", [outputs], .linearBias)
  }

  private mutating func declare(_ name: String, _ shape: [Int], _ role: Parameter.Role) {
    declarations.append(
      Declaration(name: name, shape: shape, role: role, blockCount: shape.reduce(1, *), isLive: [true]))
  }

  func layout() -> ParameterLayout {
    var blocks = declarations.map { [Range<Int>](repeating: 0..<0, count: $0.isLive.count) }
    var offset = 0
    func place(_ index: Int, _ block: Int) {
      let count = declarations[index].blockCount
      blocks[index][block] = offset..<offset + count
      offset += count
    }
    func isWeight(_ index: Int) -> Bool {
      declarations[index].role == .convolutionWeight || declarations[index].role == .linearWeight
    }
    for index in declarations.indices where isWeight(index) {
      for block in blocks[index].indices where declarations[index].isLive[block] { place(index, block) }
    }
    let weightCount = offset
    for index in declarations.indices where !isWeight(index) { place(index, 0) }
    let liveCount = offset
    let statistics = normalizations.map { name, channels in
      defer { offset += 2 * channels }
      return RunningStatistics(
        name: name, mean: offset..<offset + channels, variance: offset + channels..<offset + 2 * channels)
    }
    let metrics = offset..<offset + 2
    offset += 2
    for index in declarations.indices where isWeight(index) {
      for block in blocks[index].indices where !declarations[index].isLive[block] { place(index, block) }
    }
    let parameters = declarations.indices.map {
      Parameter(
        name: declarations[$0].name, shape: declarations[$0].shape, role: declarations[$0].role, blocks: blocks[$0],
        isLive: declarations[$0].isLive)
    }
    return ParameterLayout(
      parameters: parameters, statistics: statistics, weightCount: weightCount, liveCount: liveCount, metrics: metrics,
      count: offset)
  }
}
