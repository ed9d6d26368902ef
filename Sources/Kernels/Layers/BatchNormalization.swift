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
    var i = 0
    switch tail {
    case .none:
      while i < count {
        to.setVector(i, b.addingProduct(a, from.vector(i)))
        i &+= 16
      }
    case .relu:
      while i < count {
        to.setVector(i, b.addingProduct(a, from.vector(i)).rectified)
        i &+= 16
      }
    case .residualRelu:
      guard let residual else { preconditionFailure("a residual addition needs a residual") }
      let other = residual + offset
      while i < count {
        to.setVector(i, (b.addingProduct(a, from.vector(i)) + other.vector(i)).rectified)
        i &+= 16
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
      let sums =
        tail.rectifies
        ? Self.rectifiedSums(x + offset, y + offset, yGradient + offset, count, mean: m)
        : Self.sums(x + offset, yGradient + offset, count, mean: m)
      let scaleSum = sums.products * inverseDeviation
      scaleGradient[channel] = adding ? scaleGradient[channel] + scaleSum : scaleSum
      shiftGradient[channel] = adding ? shiftGradient[channel] + sums.gradients : sums.gradients

      // dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy·x̂)), with x̂ = (x − m)/σ.
      let factor = scale[channel] * inverseDeviation
      let slope = -factor * inverseDeviation * inverseDeviation * sums.products * reciprocal
      let a = Vector(repeating: factor)
      let c = Vector(repeating: slope)
      let b = Vector(repeating: -factor * sums.gradients * reciprocal - slope * m)
      let from = x + offset
      let gradient = yGradient + offset
      let to = xGradient + offset
      var i = 0
      while i < count {
        to.setVector(i, b.addingProduct(a, gradient.vector(i)).addingProduct(c, from.vector(i)))
        i &+= 16
      }
    }
  }

  // Four accumulators: one alone would wait four cycles for each addition.

  private static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i &+ 64 <= count {
      s0 += x.vector(i)
      s1 += x.vector(i &+ 16)
      s2 += x.vector(i &+ 32)
      s3 += x.vector(i &+ 48)
      i &+= 64
    }
    while i < count {
      s0 += x.vector(i)
      i &+= 16
    }
    return ((s0 + s1) + (s2 + s3)).pairwiseSum
  }

  private static func squaredDeviations(_ x: UnsafePointer<Float>, _ count: Int, from mean: Float) -> Float {
    let m = Vector(repeating: mean)
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i &+ 64 <= count {
      let (d0, d1) = (x.vector(i) - m, x.vector(i &+ 16) - m)
      let (d2, d3) = (x.vector(i &+ 32) - m, x.vector(i &+ 48) - m)
      s0.addProduct(d0, d0)
      s1.addProduct(d1, d1)
      s2.addProduct(d2, d2)
      s3.addProduct(d3, d3)
      i &+= 64
    }
    while i < count {
      let d = x.vector(i) - m
      s0.addProduct(d, d)
      i &+= 16
    }
    return ((s0 + s1) + (s2 + s3)).pairwiseSum
  }

  /// `Σ dy` and `Σ dy · (x − m)`.
  private static func sums(
    _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ count: Int, mean: Float
  ) -> (gradients: Float, products: Float) {
    let m = Vector(repeating: mean)
    var (g0, g1, p0, p1) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i &+ 32 <= count {
      let (d0, d1) = (gradient.vector(i), gradient.vector(i &+ 16))
      g0 += d0
      g1 += d1
      p0.addProduct(d0, x.vector(i) - m)
      p1.addProduct(d1, x.vector(i &+ 16) - m)
      i &+= 32
    }
    while i < count {
      let d = gradient.vector(i)
      g0 += d
      p0.addProduct(d, x.vector(i) - m)
      i &+= 16
    }
    return ((g0 + g1).pairwiseSum, (p0 + p1).pairwiseSum)
  }

  /// As `sums`, setting the gradient to zero first wherever ReLU did not pass.
  private static func rectifiedSums(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int,
    mean: Float
  ) -> (gradients: Float, products: Float) {
    let m = Vector(repeating: mean)
    var (g0, g1, p0, p1) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i &+ 32 <= count {
      let d0 = gradient.vector(i).replacing(with: 0, where: y.vector(i) .<= 0)
      let d1 = gradient.vector(i &+ 16).replacing(with: 0, where: y.vector(i &+ 16) .<= 0)
      gradient.setVector(i, d0)
      gradient.setVector(i &+ 16, d1)
      g0 += d0
      g1 += d1
      p0.addProduct(d0, x.vector(i) - m)
      p1.addProduct(d1, x.vector(i &+ 16) - m)
      i &+= 32
    }
    while i < count {
      let d = gradient.vector(i).replacing(with: 0, where: y.vector(i) .<= 0)
      gradient.setVector(i, d)
      g0 += d
      p0.addProduct(d, x.vector(i) - m)
      i &+= 16
    }
    return ((g0 + g1).pairwiseSum, (p0 + p1).pairwiseSum)
  }
}
