import Kernels
import RandomNumbers

/// A convolution without a bias.
public struct ConvolutionLayer: Layer {
  public let name: String
  public let shape: ConvolutionShape

  /// - Parameter input: the shape of what it reads.
  public init(
    _ name: String, _ input: NetworkGraph.Value, channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0
  ) {
    self.name = name
    shape = ConvolutionShape(
      inputChannels: input.channels, outputChannels: channels, kernel: kernel, stride: stride, padding: padding,
      inputHeight: input.height, inputWidth: input.width)
  }

  public var output: NetworkGraph.Value {
    .init(channels: shape.outputChannels, height: shape.outputHeight, width: shape.outputWidth)
  }
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration(
        "\(name).weight", [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel], .convolutionWeight,
        isLive: shape.outputsPerTap.map { $0 > 0 })
    ]
  }
  public var product: ConvolutionShape? { shape }
  public var gradientRule: GradientRule { .adds }

  /// Normal with variance 2 / (O·kh·kw) (He et al., 2015, by fan-out).
  public func initialValues(of parameter: ParameterDeclaration, from stream: inout RandomStream) -> [Float] {
    let deviation = (2 / Float(shape.outputChannels * shape.taps)).squareRoot()
    return (0..<parameter.count).map { _ in stream.normal() * deviation }
  }

  public func bind(to workspace: LayerWorkspace) -> BoundLayer {
    let convolution = Convolution(shape, workspace.network.parameter("\(name).weight"), lanes: workspace.lanes)
    let (x, weights) = (workspace.input, UnsafePointer(workspace.arena))
    return BoundLayer(scratchCount: convolution.scratchCount) { _ in
      convolution.forward(weights: weights, x: x, y: workspace.output)
    } backward: { gradient in
      convolution.weightGradient(
        x: x, yGradient: workspace.outputGradient, weightGradient: gradient.pointer, adding: gradient.adding,
        scratch: gradient.scratch)
      guard let xGradient = workspace.inputGradient else { return }
      convolution.inputGradient(
        weights: weights, yGradient: workspace.outputGradient, xGradient: xGradient, adding: workspace.addsInputGradient
      )
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
