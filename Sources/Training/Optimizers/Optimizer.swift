import Kernels

/// How parameters follow their gradients.
///
/// An optimizer keeps slices of floats, one float each for every parameter, and a few numbers besides. It works on any range
/// of parameters by itself, so that each rank can keep the slices of its own range.
public protocol Optimizer: Sendable {
  /// The names of its slices: of a checkpoint's tensors too.
  var slices: [String] { get }
  /// The numbers that it keeps from step to step, by name.
  var scalars: [String: Double] { get set }

  /// Begins a step.
  mutating func begin(_ step: UpdateStep)

  /// Updates a range of parameters.
  ///
  /// - Parameters:
  ///   - gradient: nil for parameters whose gradient is zero.
  ///   - slices: as many buffers as there are ``slices``, zero before the first step.
  ///   - offset: where in the buffers the range begins.
  func update(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>?, slices: [AlignedBuffer], offset: Int,
    count: Int, _ step: UpdateStep)

  /// Follows a step of weights whose gradient is always zero: dead taps. All of them become the same multiple of what they were,
  /// so that one number stands for millions of them until somebody looks. That is nearer to the exact result than stepping
  /// each, and costs nothing.
  mutating func passDead(_ step: UpdateStep)

  /// What the steps since the last call have made of such a weight, as a multiple of it.
  mutating func takeDeadFactor() -> Double
}

/// The numbers of one step that every optimizer is given.
public struct UpdateStep: Sendable {
  public var learningRate: Float
  public var weightDecay: Float
  /// The strength of L1 regularization: what is added to the gradient in the direction of the weight's sign.
  public var l1: Float
  /// What the gradient is multiplied by first: one over the number of microbatches that it sums.
  public var gradientScale: Float

  public init(learningRate: Float, weightDecay: Float, l1: Float = 0, gradientScale: Float = 1) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.l1 = l1
    self.gradientScale = gradientScale
  }
}

extension Float {
  /// What L1 regularization follows: 1, −1, or 0 for zero.
  @inline(__always) var signum: Float { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
