import Kernels
import Networks

/// What one image costs in a network with a mask on: multiply-adds, and the predicted time of inference on one core.
///
/// A pure function of shapes and survivor counts. Convolutions and the linear layer run the faster of dense and sparse
/// (``Kernels/ConvolutionTime``); batch normalization is folded into the weights; pooling and residual additions take what
/// their memory traffic takes.
public struct NetworkCost: Sendable {
  /// The cost of one weight tensor's layer.
  public struct Layer: Sendable, Equatable {
    /// The parameter's name.
    public let name: String
    /// Of survivors, without those that meet padding.
    public let multiplyAdds: Int
    public let seconds: Double
    /// Of all weights, without those that meet padding.
    public let denseMultiplyAdds: Int
    public let denseSeconds: Double
    /// Whether it is a convolution, not the linear layer.
    public let isConvolution: Bool
  }

  /// The layers' costs in the order of the `state_dict`.
  public let layers: [Layer]
  /// Everything that has no weights to prune.
  public let otherSeconds: Double

  /// Bytes a second that pooling and additions move.
  private static let bandwidth = 20e9

  public init(graph: NetworkGraph, layout: ParameterLayout, mask: Mask) {
    let shapes = graph.weightShapes
    layers = layout.parameters.compactMap { parameter in
      guard let shape = shapes[parameter.name] else { return nil }
      let survivors = parameter.blocks.map { mask.survivors(in: $0) }
      let dense = ConvolutionTime.denseSeconds(of: shape)
      return Layer(
        name: parameter.name, multiplyAdds: zip(survivors, shape.outputsPerTap).reduce(0) { $0 + $1.0 * $1.1 },
        seconds: ConvolutionTime.seconds(of: shape, survivorsPerTap: survivors), denseMultiplyAdds: shape.multiplyAdds,
        denseSeconds: dense, isConvolution: parameter.role == .convolutionWeight)
    }
    otherSeconds = Double(4 * graph.floatsMovedBesideWeights) / Self.bandwidth
  }

  /// The predicted seconds of one image.
  public var seconds: Double { layers.reduce(otherSeconds) { $0 + $1.seconds } }
  /// The same for the dense network.
  public var denseSeconds: Double { layers.reduce(otherSeconds) { $0 + $1.denseSeconds } }
  /// How many times as fast as the dense network it is, predicted.
  public var speedup: Double { denseSeconds / seconds }

  /// The survivors' multiply-adds in the convolutions.
  public var multiplyAdds: Int { layers.reduce(0) { $0 + ($1.isConvolution ? $1.multiplyAdds : 0) } }
  /// The same for the dense network, without those that meet padding.
  public var denseMultiplyAdds: Int { layers.reduce(0) { $0 + ($1.isConvolution ? $1.denseMultiplyAdds : 0) } }

  /// What is left of the dense network's cost in a target's measure, 1 for the dense network.
  func share(_ target: PruneTarget) -> Double {
    switch target {
    case .multiplyAdds: Double(multiplyAdds) / Double(denseMultiplyAdds)
    case .speedup: seconds / denseSeconds
    }
  }

  /// Whether it is no more than the target allows.
  public func meets(_ target: PruneTarget) -> Bool {
    switch target {
    case .multiplyAdds(let share): Double(multiplyAdds) <= share * Double(denseMultiplyAdds)
    case .speedup(let factor): speedup >= factor
    }
  }
}

extension NetworkGraph {
  /// The shapes of all layers with weights, by the weight's name; the linear layer as a convolution of one pixel.
  var weightShapes: [String: ConvolutionShape] {
    var shapes: [String: ConvolutionShape] = [:]
    for node in nodes {
      switch node.operation {
      case .convolution(let name, let shape): shapes["\(name).weight"] = shape
      case .linear(let name, let outputs):
        shapes["\(name).weight"] = ConvolutionShape(
          inputChannels: values[node.input].channels, outputChannels: outputs, kernel: 1, stride: 1, padding: 0,
          inputHeight: 1, inputWidth: 1)
      case .normalization, .maxPooling, .averagePooling: break
      }
    }
    return shapes
  }

  /// The floats that operations without weights read and write for one image, where normalizations are folded into the
  /// convolutions before them.
  fileprivate var floatsMovedBesideWeights: Int {
    func floats(_ value: ValueIndex) -> Int { values[value].channels * values[value].height * values[value].width }
    return nodes.reduce(0) { sum, node in
      switch node.operation {
      case .convolution, .linear: sum
      case .normalization(_, _, let residual): sum + (residual.map(floats) ?? 0)
      case .maxPooling, .averagePooling: sum + floats(node.input) + floats(node.output)
      }
    }
  }

  /// Whether the result still depends on the image where the named weights are all gone.
  func dependsOnImage(without empty: Set<String>) -> Bool {
    var depends = [Bool](repeating: false, count: values.count)
    depends[0] = true
    for node in nodes {
      let input = depends[node.input]
      switch node.operation {
      case .convolution(let name, _), .linear(let name, _):
        depends[node.output] = input && !empty.contains("\(name).weight")
      case .normalization(_, _, let residual): depends[node.output] = input || residual.map { depends[$0] } == true
      case .maxPooling, .averagePooling: depends[node.output] = input
      }
    }
    return depends[values.count - 1]
  }
}
