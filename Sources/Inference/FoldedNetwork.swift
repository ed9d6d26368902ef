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

  public struct Node: Sendable, Equatable {
    public let operation: any FoldedOperation
    public let input: ValueIndex
    public let output: ValueIndex

    public init(_ operation: any FoldedOperation, input: ValueIndex, output: ValueIndex) {
      self.operation = operation
      self.input = input
      self.output = output
    }

    /// The convolution or linear layer of this node, if it is one.
    public var layer: FoldedLayer? { operation as? FoldedLayer }

    /// The values it reads.
    var reads: [ValueIndex] { [input] + operation.otherInputs }

    public static func == (first: Self, second: Self) -> Bool {
      first.input == second.input && first.output == second.output && first.operation.isEqual(to: second.operation)
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
