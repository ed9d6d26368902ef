/// A convolution whose pruned weights take no time and no memory: forward, input gradient and weight gradient.
///
/// Weights and their gradients are the survivors' alone, tap by tap as ``SparsePattern`` numbers them. What dead taps have
/// left is skipped, and has no gradient.
///
/// It keeps memory for its own use: one convolution runs on one thread at a time.
public final class SparseConvolution: Sendable {
  public let pattern: SparsePattern
  public let lanes: Int
  private let forwardPlan: SparsePlan
  private let inputGradientPlan: SparsePlan

  /// - Parameter lanes: the images of a microbatch, a multiple of ``vectorWidth``.
  public init(_ pattern: SparsePattern, lanes: Int) {
    self.pattern = pattern
    self.lanes = lanes
    let shape = pattern.shape
    let input = shape.input(lanes: lanes)
    let output = shape.output(lanes: lanes)
    let survivors = pattern.positions.enumerated().flatMap { tap, positions in
      positions.map { (tap: tap, input: Int($0) % shape.inputChannels, output: Int($0) / shape.inputChannels) }
    }
    forwardPlan = SparsePlan(
      survivors: survivors.map { ($0.tap, $0.input, $0.output) }, walk: .forward(shape, lanes: lanes), source: input,
      destination: output)
    inputGradientPlan = SparsePlan(
      survivors: survivors.map { ($0.tap, $0.output, $0.input) }, walk: .backward(shape, lanes: lanes), source: output,
      destination: input)
  }

  /// Takes the weights of all later ``forward(weights:x:y:start:)`` that bring none.
  public func setWeights(_ weights: UnsafePointer<Float>) { forwardPlan.takeWeights(weights) }

  /// `y = start + W ∗ x`, and its ReLU if the start says so.
  ///
  /// - Parameters:
  ///   - weights: the survivors' weights, or `nil` for the last ones.
  ///   - x: `[I][height][width][lane]`.
  ///   - y: `[O][height'][width'][lane]`, overwritten; may be the start's residual.
  public func forward(
    weights: UnsafePointer<Float>?, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    start: ConvolutionStart = .zero
  ) {
    if let weights { forwardPlan.takeWeights(weights) }
    forwardPlan.multiply(source: x, destination: y, start: start)
  }

  /// The gradient of the loss with respect to `x`, from that with respect to `y`.
  ///
  /// - Parameter adding: whether to add to `xGradient`, for an `x` that other operations read as well.
  public func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    inputGradientPlan.takeWeights(weights)
    inputGradientPlan.multiply(
      source: yGradient, destination: xGradient,
      start: ConvolutionStart(residual: adding ? UnsafePointer(xGradient) : nil))
  }

  /// The floats of scratch memory that ``weightGradient(x:yGradient:weightGradient:adding:scratch:)`` needs.
  public var scratchCount: Int { forwardPlan.sumCount }

  /// The gradient of the loss with respect to the survivors of live taps, from that with respect to `y`.
  ///
  /// - Parameters:
  ///   - weightGradient: one float a survivor; those of dead taps are not touched.
  ///   - adding: whether to add to what is there, as one whole sum.
  ///   - scratch: at least ``scratchCount`` floats.
  public func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    forwardPlan.dots(source: x, destination: yGradient, gradient: weightGradient, adding: adding, sums: scratch)
  }
}
