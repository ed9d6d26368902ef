import Kernels

/// A network as a list of layers on numbered values, in the order they are computed. Value 0 is the image.
public struct NetworkGraph: Sendable {
  /// A value's shape for one image.
  public struct Value: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int

    public init(channels: Int, height: Int, width: Int) {
      self.channels = channels
      self.height = height
      self.width = width
    }

    /// The floats of one image.
    public var count: Int { channels * height * width }

    public func shape(lanes: Int) -> ActivationShape {
      ActivationShape(channels: channels, height: height, width: width, lanes: lanes)
    }
  }

  /// The index of a value.
  public typealias ValueIndex = Int

  public struct Node: Sendable {
    public let layer: any Layer
    /// The values that the layer reads, its own first, then what it adds.
    public let inputs: [ValueIndex]
    public let output: ValueIndex

    /// The value that the layer reads first.
    public var input: ValueIndex { inputs[0] }
  }

  public private(set) var values: [Value]
  public private(set) var nodes: [Node] = []

  public init(image: Value) { values = [image] }

  /// Appends a layer.
  ///
  /// - Parameters:
  ///   - inputs: the values that it reads: the image, or what earlier layers compute.
  ///   - layer: makes it for the shape of the first of them.
  /// - Returns: the value that it computes.
  public mutating func append(_ inputs: ValueIndex..., layer: (Value) -> any Layer) -> ValueIndex {
    let layer = layer(values[inputs[0]])
    values.append(layer.output)
    nodes.append(Node(layer: layer, inputs: inputs, output: values.count - 1))
    return values.count - 1
  }

  /// The layers in the order of torchvision's modules, which is that of the `state_dict`.
  ///
  /// Modules come in the order they are written down, in which a block's shortcut follows its last normalization; here the
  /// shortcut is computed before that.
  var declaredLayers: [any Layer] {
    func order(_ node: Node) -> (Int, Int) {
      node.inputs.contains { $0 > node.input } ? (node.input, 1) : (node.output, 0)
    }
    return nodes.sorted { order($0) < order($1) }.map(\.layer)
  }

  /// Every convolution with its name, in the order of computation.
  public var convolutions: [(name: String, shape: ConvolutionShape)] {
    nodes.compactMap { ($0.layer as? ConvolutionLayer).map { ($0.name, $0.shape) } }
  }
}
