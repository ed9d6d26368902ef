import Kernels

/// A network made for inference: batch normalization is folded into the weights, the addition and the ReLU behind it into
/// the layer, and only surviving weights are named.
///
/// It is pure data: layers in the order they are computed, on numbered values. Value 0 is the image, the last value the
/// logits. Everything that runs or writes an inference network starts here.
public struct FoldedNetwork: Sendable, Equatable {
  /// The index of a value.
  public typealias ValueIndex = Int

  /// A value's shape for one image.
  public struct Value: Sendable, Equatable {
    /// For each channel, which channel of the trained network's value it is, ascending. All of them until channels are removed.
    public let origins: [Int]
    public let height: Int
    public let width: Int

    public init(origins: [Int], height: Int, width: Int) {
      self.origins = origins
      self.height = height
      self.width = width
    }

    public var channels: Int { origins.count }
    public var pixels: Int { height * width }

    /// The shape for a microbatch.
    public func shape(lanes: Int) -> ActivationShape {
      ActivationShape(channels: channels, height: height, width: width, lanes: lanes)
    }
  }

  public enum Operation: Sendable, Equatable {
    case convolution(FoldedLayer)
    /// As PyTorch's `MaxPool2d`: padding never wins.
    case maxPooling(kernel: Int, stride: Int, padding: Int)
    /// The average of all pixels of each channel.
    case averagePooling
    /// A fully connected layer, written as a 1×1 convolution of a single pixel.
    case linear(FoldedLayer)
  }

  public struct Node: Sendable, Equatable {
    public let operation: Operation
    public let input: ValueIndex
    public let output: ValueIndex

    public init(_ operation: Operation, input: ValueIndex, output: ValueIndex) {
      self.operation = operation
      self.input = input
      self.output = output
    }

    /// The convolution or linear layer of this node, if it is one.
    public var layer: FoldedLayer? {
      switch operation {
      case .convolution(let layer), .linear(let layer): layer
      case .maxPooling, .averagePooling: nil
      }
    }
  }

  /// The shape of every value. A value without channels is neither computed nor read.
  public let values: [Value]
  /// In the order of computation: a node reads the image or what earlier nodes wrote.
  public let nodes: [Node]

  public init(values: [Value], nodes: [Node]) {
    self.values = values
    self.nodes = nodes
  }

  public var image: Value { values[0] }
  public var classes: Int { values[values.count - 1].channels }
  /// Convolutions and the linear layer, in the order of computation.
  public var layers: [FoldedLayer] { nodes.compactMap(\.layer) }
  /// The weights that are computed with.
  public var survivorCount: Int { layers.reduce(0) { $0 + $1.weights.count } }
  /// The multiply-adds of one image, padding and pruned weights not counted.
  public var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } }
}

/// A convolution or linear layer with all that follows it up to the next one: `y = ReLU(W ∗ x + bias + residual)`.
public struct FoldedLayer: Sendable, Equatable {
  /// What a shortcut adds to the output.
  public struct Residual: Sendable, Equatable {
    public let value: FoldedNetwork.ValueIndex
    /// For each output channel, the channel of ``value`` that is added to it; -1 where nothing is.
    public let channels: [Int32]

    public init(value: FoldedNetwork.ValueIndex, channels: [Int32]) {
      self.value = value
      self.channels = channels
    }

    /// Whether every channel of a value with that many is added to the output channel of the same number.
    public func isWhole(of count: Int) -> Bool {
      channels.count == count && channels.indices.allSatisfy { Int(channels[$0]) == $0 }
    }
  }

  /// torchvision's name of the convolution or linear layer, such as `layer1.0.conv1`.
  public let name: String
  /// The geometry; a linear layer is a 1×1 convolution of a single pixel. It has no input channels where nothing that depends
  /// on the image feeds the layer.
  public let shape: ConvolutionShape
  public let weights: SurvivingWeights
  public let bias: FoldedBias
  public let residual: Residual?
  /// Whether negative results become zero.
  public let rectifies: Bool

  public init(
    name: String, shape: ConvolutionShape, weights: SurvivingWeights, bias: FoldedBias, residual: Residual?,
    rectifies: Bool
  ) {
    self.name = name
    self.shape = shape
    self.weights = weights
    self.bias = bias
    self.residual = residual
    self.rectifies = rectifies
  }

  /// The multiply-adds of one image: each survivor once for every output pixel at which it meets the input.
  public var multiplyAdds: Int {
    zip(shape.outputsPerTap, weights.positions).reduce(0) { $0 + $1.0 * $1.1.count }
  }
}

/// The weights of a layer that are not zero and meet more than padding.
public struct SurvivingWeights: Sendable, Equatable {
  /// For each tap, row by row of the kernel, the places `o · I + i` of the survivors, ascending.
  public let positions: [[Int32]]
  /// For each tap, the survivors' values.
  public let values: [[Float]]

  public init(positions: [[Int32]], values: [[Float]]) {
    precondition(positions.map(\.count) == values.map(\.count), "every survivor has a place and a value")
    self.positions = positions
    self.values = values
  }

  public var count: Int { positions.reduce(0) { $0 + $1.count } }
}

/// What is added to every pixel of an output channel, or to each of its pixels.
///
/// A constant input channel gives the pixels at the border, where padding takes its place, another share than those inside.
public struct FoldedBias: Sendable, Equatable {
  /// `[O]`, or `[O][pixel]`.
  public let values: [Float]
  /// 1, or the output's pixels.
  public let pixels: Int

  public init(values: [Float], pixels: Int) {
    self.values = values
    self.pixels = pixels
  }

  /// The bias of a channel at a pixel.
  public subscript(channel: Int, pixel: Int) -> Float {
    pixels == 1 ? values[channel] : values[channel * pixels + pixel]
  }

  /// From one map a channel: one value a channel where every map is the same everywhere, or else all of them.
  init(maps: [[Float]], pixels: Int) {
    if maps.allSatisfy({ map in map.allSatisfy { $0 == map[0] } }) {
      self.init(values: maps.map { $0[0] }, pixels: 1)
    } else {
      self.init(values: maps.flatMap { $0 }, pixels: pixels)
    }
  }
}
