/// One step of stochastic gradient descent with momentum and weight decay, as PyTorch's `torch.optim.SGD`.
///
///     g ← gradient · gradientScale + weightDecay · w + l1 · sign(w)
///     v ← momentum · v + g
///     w ← w − learningRate · (nesterov ? g + momentum · v : v)
///
/// A masked weight and its momentum become exactly 0.
public struct GradientDescentStep: Sendable {
  public var learningRate: Float
  public var momentum: Float
  public var isNesterov: Bool
  public var weightDecay: Float
  /// The strength of L1 regularization: what is added to the gradient in the direction of the weight's sign.
  public var l1: Float
  /// What the gradient is multiplied by first: one over the number of microbatches that it sums.
  public var gradientScale: Float

  public init(
    learningRate: Float, momentum: Float, isNesterov: Bool, weightDecay: Float, l1: Float = 0, gradientScale: Float = 1
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    self.l1 = l1
    self.gradientScale = gradientScale
  }

  /// Updates `count` weights.
  ///
  /// - Parameters:
  ///   - gradient: `nil` for weights whose gradient is zero.
  ///   - velocity: the momentum buffer, zero before the first step.
  ///   - survivors: the mask's bits from `firstBit` on, or `nil` where nothing is masked.
  ///   - firstBit: a multiple of 16.
  public func callAsFunction(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>,
    count: Int, survivors: UnsafePointer<UInt64>? = nil, firstBit: Int = 0
  ) {
    precondition(survivors == nil || firstBit % 16 == 0, "a mask is read sixteen bits at a time")
    var i = 0
    while i < count {
      if count &- i < 16 {
        finish(weights, gradient, velocity, from: i, count: count, survivors: survivors, firstBit: firstBit)
        return
      }
      var w = weights.vector(i)
      var v = velocity.vector(i)
      update(&w, gradient.map { $0.vector(i) } ?? .zero, &v)
      if let survivors {
        let pruned = Self.pruned(survivors, firstBit &+ i)
        w.replace(with: 0, where: pruned)
        v.replace(with: 0, where: pruned)
      }
      weights.setVector(i, w)
      velocity.setVector(i, v)
      i &+= 16
    }
  }

  /// The fewer than sixteen weights at the end of a range: through a full vector on the stack, so that every element is
  /// computed alike wherever a range is cut.
  private func finish(
    _ weights: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>?, _ velocity: UnsafeMutablePointer<Float>,
    from start: Int, count: Int, survivors: UnsafePointer<UInt64>?, firstBit: Int
  ) {
    var (w, g, v) = (Vector.zero, Vector.zero, Vector.zero)
    for i in start..<count {
      w[i - start] = weights[i]
      g[i - start] = gradient?[i] ?? 0
      v[i - start] = velocity[i]
    }
    update(&w, g, &v)
    if let survivors {
      let pruned = Self.pruned(survivors, firstBit + start)
      w.replace(with: 0, where: pruned)
      v.replace(with: 0, where: pruned)
    }
    for i in start..<count {
      weights[i] = w[i - start]
      velocity[i] = v[i - start]
    }
  }

  @inline(__always)
  private func update(_ w: inout Vector, _ gradient: Vector, _ v: inout Vector) {
    var g = (Vector(repeating: weightDecay) * w).addingProduct(Vector(repeating: gradientScale), gradient)
    if l1 != 0 {
      let sign = Vector.zero.replacing(with: 1, where: w .> 0).replacing(with: -1, where: w .< 0)
      g.addProduct(Vector(repeating: l1), sign)
    }
    let m = Vector(repeating: momentum)
    v = g.addingProduct(m, v)
    let direction = isNesterov ? g.addingProduct(m, v) : v
    w.addProduct(Vector(repeating: -learningRate), direction)
  }

  /// Where the sixteen mask bits that begin at `bit` are 0.
  @inline(__always)
  private static func pruned(_ survivors: UnsafePointer<UInt64>, _ bit: Int) -> SIMDMask<SIMD16<Int32>> {
    let bits = UInt32(truncatingIfNeeded: survivors[bit &>> 6] &>> UInt64(bit & 63))
    let positions = SIMD16<UInt32>(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
    return (SIMD16<UInt32>(repeating: bits) & positions) .== 0
  }
}
