import Kernels

/// A network as a list of operations on numbered values, in the order they are computed. Value 0 is the image.
public struct NetworkGraph: Sendable {
  /// A value's shape for one image.
  public struct Value: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int

    public func shape(lanes: Int) -> ActivationShape {
      ActivationShape(channels: channels, height: height, width: width, lanes: lanes)
    }
  }

  /// The index of a value.
  public typealias ValueIndex = Int

  public enum Operation: Sendable {
    case convolution(name: String, shape: ConvolutionShape)
    /// `residual` is the value that ``NormalizationTail/residualRelu`` adds.
    case normalization(name: String, tail: NormalizationTail, residual: ValueIndex?)
    case maxPooling(kernel: Int, stride: Int, padding: Int)
    case averagePooling
    case linear(name: String, outputs: Int)
  }

  public struct Node: Sendable {
    public let operation: Operation
    public let input: ValueIndex
    public let output: ValueIndex
  }

  public private(set) var values: [Value]
  public private(set) var nodes: [Node] = []

  init(image: Value) { values = [image] }

  /// Every convolution with its name, in the order of computation.
  public var convolutions: [(name: String, shape: ConvolutionShape)] {
    nodes.compactMap { node in
      if case .convolution(let name, let shape) = node.operation { (name, shape) } else { nil }
    }
  }

  private mutating func append(_ operation: Operation, _ input: ValueIndex, _ result: Value) -> ValueIndex {
    values.append(result)
    nodes.append(Node(operation: operation, input: input, output: values.count - 1))
    return values.count - 1
  }

  mutating func convolution(
    _ name: String, _ input: ValueIndex, channels: Int, kernel: Int, stride: Int, padding: Int
  ) -> ValueIndex {
    let from = values[input]
    let shape = ConvolutionShape(
      inputChannels: from.channels, outputChannels: channels, kernel: kernel, stride: stride, padding: padding,
      inputHeight: from.height, inputWidth: from.width)
    return append(
      .convolution(name: name, shape: shape), input,
      Value(channels: channels, height: shape.outputHeight, width: shape.outputWidth))
  }

  mutating func normalization(
    _ name: String, _ input: ValueIndex, _ tail: NormalizationTail, residual: ValueIndex? = nil
  ) -> ValueIndex {
    append(.normalization(name: name, tail: tail, residual: residual), input, values[input])
  }

  mutating func maxPooling(_ input: ValueIndex, kernel: Int, stride: Int, padding: Int) -> ValueIndex {
    let from = values[input]
    return append(
      .maxPooling(kernel: kernel, stride: stride, padding: padding), input,
      Value(
        channels: from.channels, height: (from.height + 2 * padding - kernel) / stride + 1,
        width: (from.width + 2 * padding - kernel) / stride + 1))
  }

  mutating func averagePooling(_ input: ValueIndex) -> ValueIndex {
    append(.averagePooling, input, Value(channels: values[input].channels, height: 1, width: 1))
  }

  mutating func linear(_ name: String, _ input: ValueIndex, outputs: Int) -> ValueIndex {
    append(.linear(name: name, outputs: outputs), input, Value(channels: outputs, height: 1, width: 1))
  }
}
