import Kernels

/// The average of all pixels of each channel, as PyTorch's `AdaptiveAvgPool2d(1)`.
public struct AveragePoolingLayer: Layer, Equatable {
  public let name: String
  public let input: NetworkGraph.Value

  /// - Parameter input: the shape of what it reads.
  public init(_ name: String, _ input: NetworkGraph.Value) {
    self.name = name
    self.input = input
  }

  public var output: NetworkGraph.Value { .init(channels: input.channels, height: 1, width: 1) }
  public var floatsMoved: Int { input.count + output.count }
  public var gradientRule: GradientRule { .overwrites }

  public func bind(to workspace: LayerWorkspace) -> BoundLayer {
    let pooling = AveragePooling(input.shape(lanes: workspace.lanes))
    return BoundLayer { _ in
      pooling.forward(x: workspace.input, y: workspace.output)
    } backward: { _ in
      guard let xGradient = workspace.inputGradient else { return }
      pooling.backward(yGradient: workspace.outputGradient, xGradient: xGradient)
    }
  }
}
