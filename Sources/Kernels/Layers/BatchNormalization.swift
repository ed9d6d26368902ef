/// What batch normalization does behind the affine map: nothing, ReLU, or the addition of a residual and ReLU.
///
/// Fused, because each pass over the activations costs as much as the arithmetic in it.
public enum NormalizationTail: Sendable, Equatable {
  case none
  case relu
  /// `max(0, norm(x) + residual)`: the end of a residual block.
  case residualRelu

  var rectifies: Bool { self != .none }
}

/// Batch normalization over the pixels and images of a microbatch (Ioffe & Szegedy, 2015), as PyTorch's `BatchNorm2d`.
public struct BatchNormalization: Sendable {
  public let shape: ActivationShape
  public let tail: NormalizationTail
  /// Added to the variance: PyTorch's default, 1e-5.
  public let epsilon: Float

  public init(_ shape: ActivationShape, tail: NormalizationTail, epsilon: Float = 1e-5) {
    self.shape = shape
    self.tail = tail
    self.epsilon = epsilon
  }

  /// The values a microbatch of this shape averages in each channel.
  public var count: Int { shape.channelCount }

  /// Normalizes with the microbatch's own statistics.
  ///
  /// - Parameters:
  ///   - x: activations of ``shape``.
  ///   - residual: for ``NormalizationTail/residualRelu``, activations of the same shape.
  ///   - scale: γ, one a channel.
  ///   - shift: β, one a channel.
  ///   - mean: receives the mean of each channel.
  ///   - variance: receives the biased variance of each channel.
  ///   - y: the result; may be `x`.
  public func forward(
    x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    let count = shape.channelCount
    for channel in 0..<shape.channels {
      let offset = channel &* shape.channelStride
      let m = Self.sum(x + offset, count) / Float(count)
      // Around the mean, not as the difference of two large sums: that would cancel in single precision.
      let v = Self.squaredDeviations(x + offset, count, from: m) / Float(count)
      mean[channel] = m
      variance[channel] = v
      normalize(channel, x, residual, mean: m, variance: v, scale[channel], shift[channel], y)
    }
  }

  /// Normalizes with given statistics, as in evaluation.
  ///
  /// - Parameters:
  ///   - mean: the running mean of each channel.
  ///   - variance: the running variance of each channel.
  public func forward(
    x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    runningMean mean: UnsafePointer<Float>, runningVariance variance: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<shape.channels {
      normalize(
        channel, x, residual, mean: mean[channel], variance: variance[channel], scale[channel], shift[channel], y)
    }
  }

  private func normalize(
    _ channel: Int, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?, mean: Float, variance: Float,
    _ scale: Float, _ shift: Float, _ y: UnsafeMutablePointer<Float>
  ) {
    let offset = channel &* shape.channelStride
    let factor = scale / (variance + epsilon).squareRoot()
    let a = Vector(repeating: factor)
    let b = Vector(repeating: shift - mean * factor)
    let from = x + offset
    let to = y + offset
    let count = shape.channelCount
    switch tail {
    case .none: for i in VectorOffsets(count) { to.setVector(i, b.addingProduct(a, from.vector(i))) }
    case .relu: for i in VectorOffsets(count) { to.setVector(i, b.addingProduct(a, from.vector(i)).rectified) }
    case .residualRelu:
      guard let residual else { preconditionFailure("a residual addition needs a residual") }
      let other = residual + offset
      for i in VectorOffsets(count) {
        to.setVector(i, (b.addingProduct(a, from.vector(i)) + other.vector(i)).rectified)
      }
    }
  }

  /// The gradients of the loss with respect to `x`, γ, β and the residual.
  ///
  /// - Parameters:
  ///   - x: what ``forward(x:residual:scale:shift:mean:variance:y:)`` was given.
  ///   - y: what it returned; tells where ReLU passed.
  ///   - yGradient: the gradient with respect to `y`. Behind ReLU it is replaced by the gradient in front of it, which is also
  ///     the gradient with respect to the residual.
  ///   - xGradient: the gradient with respect to `x`, overwritten; may be `yGradient` where there is no residual.
  ///   - scaleGradient, shiftGradient: one a channel, overwritten or, if `adding`, added to.
  public func backward(
    x: UnsafePointer<Float>, y: UnsafePointer<Float>, scale: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    variance: UnsafePointer<Float>, yGradient: UnsafeMutablePointer<Float>, xGradient: UnsafeMutablePointer<Float>,
    scaleGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let count = shape.channelCount
    let reciprocal = 1 / Float(count)
    for channel in 0..<shape.channels {
      let offset = channel &* shape.channelStride
      let m = mean[channel]
      let inverseDeviation = 1 / (variance[channel] + epsilon).squareRoot()
      let (from, result, gradient, to) = (x + offset, y + offset, yGradient + offset, xGradient + offset)
      let sums =
        tail.rectifies
        ? Self.sums(from, result, gradient, count, mean: m) : Self.sums(from, nil, gradient, count, mean: m)
      let scaleSum = sums.products * inverseDeviation
      scaleGradient[channel] = adding ? scaleGradient[channel] + scaleSum : scaleSum
      shiftGradient[channel] = adding ? shiftGradient[channel] + sums.gradients : sums.gradients

      // dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy·x̂)), with x̂ = (x − m)/σ.
      let factor = scale[channel] * inverseDeviation
      let slope = -factor * inverseDeviation * inverseDeviation * sums.products * reciprocal
      let a = Vector(repeating: factor)
      let c = Vector(repeating: slope)
      let b = Vector(repeating: -factor * sums.gradients * reciprocal - slope * m)
      for i in VectorOffsets(count) {
        to.setVector(i, b.addingProduct(a, gradient.vector(i)).addingProduct(c, from.vector(i)))
      }
    }
  }

  private static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    sumOfVectors(count) { $0 += x.vector($1) }.pairwiseSum
  }

  private static func squaredDeviations(_ x: UnsafePointer<Float>, _ count: Int, from mean: Float) -> Float {
    let m = Vector(repeating: mean)
    return sumOfVectors(count) {
      let d = x.vector($1) - m
      $0.addProduct(d, d)
    }.pairwiseSum
  }

  /// `Σ dy` and `Σ dy · (x − m)`. Where there is a `y`, the gradient is first set to zero wherever ReLU did not pass.
  @inline(__always)
  private static func sums(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>?, _ gradient: UnsafeMutablePointer<Float>, _ count: Int,
    mean: Float
  ) -> (gradients: Float, products: Float) {
    let m = Vector(repeating: mean)
    var (g0, g1, p0, p1) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    @inline(__always) func add(_ i: Int, _ gradients: inout Vector, _ products: inout Vector) {
      var d = gradient.vector(i)
      if let y {
        d.replace(with: 0, where: y.vector(i) .<= 0)
        gradient.setVector(i, d)
      }
      gradients += d
      products.addProduct(d, x.vector(i) - m)
    }
    var i = 0
    while i &+ 2 &* vectorWidth <= count {
      add(i, &g0, &p0)
      add(i &+ vectorWidth, &g1, &p1)
      i &+= 2 &* vectorWidth
    }
    if i < count { add(i, &g0, &p0) }
    return ((g0 + g1).pairwiseSum, (p0 + p1).pairwiseSum)
  }
}
