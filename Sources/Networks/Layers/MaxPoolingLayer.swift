import Kernels

/// Max pooling over a square window, as PyTorch's `MaxPool2d`: padding never wins.
public struct MaxPoolingLayer: Layer, Equatable {
  public let name: String
  public let input: NetworkGraph.Value
  public let kernel: Int
  public let stride: Int
  public let padding: Int

  /// - Parameter input: the shape of what it reads.
  public init(_ name: String, _ input: NetworkGraph.Value, kernel: Int, stride: Int, padding: Int) {
    self.name = name
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  public var output: NetworkGraph.Value {
    .init(
      channels: input.channels, height: (input.height + 2 * padding - kernel) / stride + 1,
      width: (input.width + 2 * padding - kernel) / stride + 1)
  }
  public var floatsMoved: Int { input.count + output.count }
  public var gradientRule: GradientRule { .overwrites }

  public func bind(to workspace: LayerWorkspace) -> BoundLayer {
    let pooling = MaxPooling(
      input.shape(lanes: workspace.lanes), kernel: kernel, stride: stride, padding: padding)
    return BoundLayer { _ in
      pooling.forward(x: workspace.input, y: workspace.output)
    } backward: { _ in
      guard let xGradient = workspace.inputGradient else { return }
      pooling.backward(
        x: workspace.input, y: workspace.output, yGradient: workspace.outputGradient, xGradient: xGradient)
    }
  }
}
