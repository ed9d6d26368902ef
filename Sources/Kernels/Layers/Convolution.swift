import Machine

/// A convolution of one shape at one microbatch size: forward, input gradient and weight gradient.
///
/// Weights lie as one `[O][I]` block a tap, at offsets that the caller names, so that dead taps need not lie among the live
/// ones. Taps that meet only padding are never computed.
///
/// A pruned one holds its survivors only, and computes each operation by the faster of sparse and dense kernels.
///
/// A backend may keep memory for its own use: one convolution runs on one thread at a time.
public final class Convolution: Sendable {
  public let shape: ConvolutionShape
  public let lanes: Int
  /// How dense kernels compute it.
  public let backend: ConvolutionBackend
  private let algorithm: any ConvolutionAlgorithm

  /// - Parameters:
  ///   - lanes: the images of a microbatch, a multiple of ``vectorWidth``.
  ///   - tapOffsets: for each tap, row by row of the kernel, where its block begins in the buffers that hold weights and
  ///     weight gradients.
  ///   - backend: how to compute it; the fastest by default. Results differ by rounding only.
  public init(
    _ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int],
    backend chosen: ConvolutionBackend? = nil
  ) {
    precondition(tapOffsets.count == shape.taps, "\(shape.taps) taps need as many offsets, not \(tapOffsets.count)")
    self.shape = shape
    self.lanes = lanes
    let backend = chosen ?? .preferred(for: shape)
    self.backend = backend
    algorithm =
      switch backend {
      case .registerTiles: ConvolutionTiles(shape, lanes: lanes, tapOffsets: tapOffsets)
      case .winograd: ConvolutionWinograd(shape, lanes: lanes, tapOffsets: tapOffsets)
      case .openBLAS: ConvolutionBLAS(shape, lanes: lanes, tapOffsets: tapOffsets)
      }
  }

  /// A convolution of survivors only.
  ///
  /// - Parameters:
  ///   - lanes: the images of a microbatch, a multiple of ``vectorWidth``.
  ///   - weightOffset: where the survivors begin, tap by tap as the pattern numbers them, in the buffers that hold weights
  ///     and weight gradients.
  ///   - sparseOperations: what sparse kernels compute; by default where ``SparsityRule`` finds them faster.
  public init(
    _ pattern: SparsePattern, lanes: Int, weightOffset: Int, sparseOperations: Set<ConvolutionOperation>? = nil
  ) {
    shape = pattern.shape
    self.lanes = lanes
    backend = .preferred(for: pattern.shape)
    algorithm = PrunedConvolution(
      pattern, lanes: lanes, weightOffset: weightOffset, sparseOperations: sparseOperations)
  }

  /// `y = W ∗ x`.
  ///
  /// - Parameters:
  ///   - weights: what `tapOffsets` count from.
  ///   - x: `[I][height][width][lane]`.
  ///   - y: `[O][height'][width'][lane]`, overwritten.
  ///   - sameWeights: whether the last operation was this one with these weights, so that what it made of them can serve again.
  public func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool = false
  ) {
    algorithm.forward(weights: weights, x: x, y: y, sameWeights: sameWeights)
  }

  /// The gradient of the loss with respect to `x`, from that with respect to `y`.
  ///
  /// - Parameters:
  ///   - adding: whether to add to `xGradient`, for an `x` that other operations read as well.
  public func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    algorithm.inputGradient(weights: weights, yGradient: yGradient, xGradient: xGradient, adding: adding)
  }

  /// The floats of scratch memory that ``weightGradient(x:yGradient:weightGradient:adding:scratch:)`` needs.
  public var scratchCount: Int { algorithm.scratchCount }

  /// The gradient of the loss with respect to the live taps' weights, from that with respect to `y`.
  ///
  /// - Parameters:
  ///   - weightGradient: what `tapOffsets` count from; dead taps are not touched.
  ///   - adding: whether to add to what is there, as one whole sum: `a + b` has the bits that adding the two gradients
  ///     afterwards would give.
  ///   - scratch: at least ``scratchCount`` floats.
  public func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    algorithm.weightGradient(
      x: x, yGradient: yGradient, weightGradient: weightGradient, adding: adding, scratch: scratch)
  }
}
