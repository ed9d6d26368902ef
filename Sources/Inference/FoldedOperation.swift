import Kernels

/// One operation of a network made for inference.
///
/// An operation that is no ``FoldedLayer`` computes each channel of its output from the same channel of what it reads.
public protocol FoldedOperation: Sendable, Equatable {
  /// torchvision's name of the layer it comes from; no two operations of a network share one.
  var name: String { get }
  /// The values it reads besides its input.
  var otherInputs: [FoldedNetwork.ValueIndex] { get }

  /// Which channels of its output are constant, where some of what it reads are.
  ///
  /// - Parameter constants: of the values computed before.
  func constants(_ constants: ConstantChannels, _ node: FoldedNetwork.Node, in network: FoldedNetwork) -> ConstantOutput
  /// What computes it for a microbatch.
  func laneStep(_ workspace: LaneWorkspace) -> LaneStep
  /// What computes it for one image, its pixels or channels in the lanes of vectors.
  func pixelStep(_ workspace: PixelWorkspace) -> PixelStep
}

/// A step of a microbatch, bound to its memory. It allocates nothing.
public typealias LaneStep = () -> Void

/// A step of one image, bound to its memory but for what it reads: `x` is the image where that is what it reads.
public typealias PixelStep = (_ x: UnsafePointer<Float>) -> Void

/// Where an operation of a microbatch finds what it works on.
public struct LaneWorkspace {
  public let lanes: Int
  /// The shape of the input, and where it is.
  public let input: ActivationShape
  public let x: UnsafePointer<Float>
  public let y: UnsafeMutablePointer<Float>
  /// The channels of the shortcut that a layer adds, and where it is.
  let residual: (channels: Int, pointer: UnsafePointer<Float>)?
  /// The layer's weights, if it is one.
  let weights: LaneWeights?
}

/// Where an operation of one image finds what it works on.
public struct PixelWorkspace {
  /// The channels of the input, how their pixels lie, and the floats from one to the next.
  public let channels: Int
  public let input: PixelRows
  public let inputStride: Int
  public let output: PixelRows
  public let y: UnsafeMutablePointer<Float>
  let residual: UnsafePointer<Float>?
}

extension FoldedOperation {
  public var otherInputs: [FoldedNetwork.ValueIndex] { [] }

  func isEqual(to other: any FoldedOperation) -> Bool { (other as? Self) == self }
}
