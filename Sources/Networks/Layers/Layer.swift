import Kernels
import RandomNumbers

/// One operation of a network: what it computes, learns and costs, and how a microbatch runs it.
///
/// A type that conforms is all that training needs to know of an operation.
public protocol Layer: Sendable {
  /// The module's name in torchvision's network, such as `layer1.0.conv1`; no two layers of a network share one.
  var name: String { get }
  /// The shape of what it computes.
  var output: NetworkGraph.Value { get }
  /// What it learns, in the order of its part of the `state_dict`.
  var parameters: [ParameterDeclaration] { get }
  /// The channels whose running mean and variance it keeps; 0 for none.
  var statisticsChannels: Int { get }
  /// Its product with its weights, `NAME.weight`, as a convolution; `nil` for a layer without weights. What it costs follows from
  /// this.
  var product: ConvolutionShape? { get }
  /// The floats that it reads and writes for one image in inference, where normalizations are part of the weights; those of
  /// products are not counted.
  var floatsMoved: Int { get }
  /// What its backward pass does with gradients.
  var gradientRule: GradientRule { get }

  /// Draws a new parameter, in torchvision's element order.
  ///
  /// - Parameters:
  ///   - parameter: one of ``parameters``.
  ///   - stream: one of its own for each parameter.
  func initialValues(of parameter: ParameterDeclaration, from stream: inout RandomStream) -> [Float]

  /// The layer with its kernel, its places in the arena and its buffers.
  func bind(to workspace: LayerWorkspace) -> BoundLayer
}

extension Layer {
  public var parameters: [ParameterDeclaration] { [] }
  public var statisticsChannels: Int { 0 }
  public var product: ConvolutionShape? { nil }
  public var floatsMoved: Int { 0 }

  public func initialValues(of parameter: ParameterDeclaration, from stream: inout RandomStream) -> [Float] {
    [Float](repeating: 0, count: parameter.count)
  }
}

/// A tensor that a layer learns.
public struct ParameterDeclaration: Sendable {
  /// torchvision's name, such as `layer1.0.conv1.weight`.
  public let name: String
  /// torchvision's shape, such as `[64, 64, 3, 3]`.
  public let shape: [Int]
  public let role: Parameter.Role
  /// For each block that it lies in, whether its gradient can be non-zero (``Parameter/isLive``).
  public let isLive: [Bool]

  public init(_ name: String, _ shape: [Int], _ role: Parameter.Role, isLive: [Bool] = [true]) {
    self.name = name
    self.shape = shape
    self.role = role
    self.isLive = isLive
  }

  /// The number of its elements.
  public var count: Int { shape.reduce(1, *) }
}

/// What a layer's backward pass does with the gradients of what it computes and of the first value it reads.
public enum GradientRule: Sendable {
  /// Writes the input's gradient into a buffer of its own.
  case overwrites
  /// The same, or adds to what other readers of the input left there.
  case adds
  /// The input's gradient takes the place of the output's.
  case inPlace
  /// Leaves the gradient of the second value it reads in the place of the output's; the first one's has a buffer of its own.
  case passesOn
}

/// A layer of one microbatch: what it does, bound to its kernel and its memory. Neither closure allocates.
public struct BoundLayer {
  /// The floats of scratch memory that ``backward`` needs.
  let scratchCount: Int
  /// Computes the output from the inputs.
  let forward: (_ training: Bool) -> Void
  /// Computes the input's gradient from the output's, as the layer's ``Layer/gradientRule`` says, and adds or writes the
  /// parameters' gradients and the batch's statistics.
  let backward: (ParameterGradient) -> Void

  public init(
    scratchCount: Int = 0, forward: @escaping (_ training: Bool) -> Void,
    backward: @escaping (ParameterGradient) -> Void
  ) {
    self.scratchCount = scratchCount
    self.forward = forward
    self.backward = backward
  }
}

/// Where a backward pass puts what it finds of parameters.
public struct ParameterGradient {
  /// A buffer of the network's layout.
  public let pointer: UnsafeMutablePointer<Float>
  /// Whether to add to what it holds, each element as one sum of two.
  public let adding: Bool
  /// As many floats as the layer asked for.
  public let scratch: UnsafeMutablePointer<Float>
}

/// Where a layer of a microbatch finds what it works on. The microbatch owns the memory, and outlives its layers.
public struct LayerWorkspace {
  public let network: Network
  /// The images of the microbatch.
  public let lanes: Int
  /// The values that the layer reads, its own first.
  public let inputs: [UnsafePointer<Float>]
  public let output: UnsafeMutablePointer<Float>
  public let outputGradient: UnsafeMutablePointer<Float>
  /// Where the gradient of the first input goes; `nil` for the image, whose gradient nobody needs.
  public let inputGradient: UnsafeMutablePointer<Float>?
  /// Whether it already holds another layer's share.
  public let addsInputGradient: Bool

  public var input: UnsafePointer<Float> { inputs[0] }
  /// The network's parameters and running statistics.
  public var arena: UnsafeMutablePointer<Float> { network.arena.pointer }

  /// Where in the arena a parameter begins that lies in one block.
  public func place(of parameter: String) -> Int { network.parameter(parameter).blocks[0].lowerBound }
}
