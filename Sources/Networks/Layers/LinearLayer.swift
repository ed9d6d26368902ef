import Kernels
import RandomNumbers

/// A fully connected layer with a bias, on values of a single pixel.
public struct LinearLayer: Layer {
  public let name: String
  public let features: Int
  public let outputs: Int

  /// - Parameter input: the shape of what it reads.
  public init(_ name: String, _ input: NetworkGraph.Value, outputs: Int) {
    self.name = name
    features = input.channels
    self.outputs = outputs
  }

  public var output: NetworkGraph.Value { .init(channels: outputs, height: 1, width: 1) }
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("\(name).weight", [outputs, features], .linearWeight),
      ParameterDeclaration("\(name).bias", [outputs], .linearBias),
    ]
  }
  /// A 1×1 convolution of a single pixel.
  public var product: ConvolutionShape? {
    ConvolutionShape(
      inputChannels: features, outputChannels: outputs, kernel: 1, stride: 1, padding: 0, inputHeight: 1, inputWidth: 1)
  }
  public var gradientRule: GradientRule { .overwrites }

  /// Uniform within ±1/√features.
  public func initialValues(of parameter: ParameterDeclaration, from stream: inout RandomStream) -> [Float] {
    let bound = 1 / Float(features).squareRoot()
    return (0..<parameter.count).map { _ in (2 * stream.uniform() - 1) * bound }
  }

  public func bind(to workspace: LayerWorkspace) -> BoundLayer {
    let weight = workspace.network.parameter("\(name).weight")
    let linear = Linear(
      features: features, outputs: outputs, lanes: workspace.lanes, weightOffset: weight.blocks[0].lowerBound,
      survivors: weight.kept?[0])
    let bias = workspace.place(of: "\(name).bias")
    return BoundLayer(scratchCount: linear.scratchCount) { _ in
      let arena = workspace.arena
      linear.forward(weights: arena, bias: arena + bias, x: workspace.input, y: workspace.output)
    } backward: { gradient in
      linear.weightGradient(
        x: workspace.input, yGradient: workspace.outputGradient, weightGradient: gradient.pointer,
        biasGradient: gradient.pointer + bias, adding: gradient.adding, scratch: gradient.scratch)
      guard let xGradient = workspace.inputGradient else { return }
      linear.inputGradient(weights: workspace.arena, yGradient: workspace.outputGradient, xGradient: xGradient)
    }
  }
}
