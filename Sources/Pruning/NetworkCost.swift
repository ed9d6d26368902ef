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
    let products = graph.products
    layers = layout.parameters.compactMap { parameter in
      guard let shape = products[parameter.name] else { return nil }
      let survivors = parameter.blocks.map { mask.survivors(in: $0) }
      let dense = ConvolutionTime.denseSeconds(of: shape)
      return Layer(
        name: parameter.name, multiplyAdds: zip(survivors, shape.outputsPerTap).reduce(0) { $0 + $1.0 * $1.1 },
        seconds: ConvolutionTime.seconds(of: shape, survivorsPerTap: survivors), denseMultiplyAdds: shape.multiplyAdds,
        denseSeconds: dense, isConvolution: parameter.role == .convolutionWeight)
    }
    otherSeconds = Double(4 * graph.floatsMoved) / Self.bandwidth
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
