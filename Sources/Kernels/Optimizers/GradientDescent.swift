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
  ///   - firstBit: a multiple of ``vectorWidth``.
  public func callAsFunction(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>,
    count: Int, survivors: UnsafePointer<UInt64>? = nil, firstBit: Int = 0
  ) {
    precondition(survivors == nil || firstBit % vectorWidth == 0, "a mask is read \(vectorWidth) bits at a time")
    // What is less than a vector at the end goes through a full one, so that every element is computed alike wherever a range
    // is cut.
    for i in VectorOffsets(count) {
      var w = weights.vector(i, upTo: count)
      var v = velocity.vector(i, upTo: count)
      update(&w, gradient.map { $0.vector(i, upTo: count) } ?? .zero, &v)
      if let survivors {
        let pruned = Self.pruned(survivors, firstBit &+ i)
        w.replace(with: 0, where: pruned)
        v.replace(with: 0, where: pruned)
      }
      weights.setVector(i, w, upTo: count)
      velocity.setVector(i, v, upTo: count)
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

  /// Where the mask bits of a vector that begin at `bit` are 0.
  @inline(__always)
  private static func pruned(_ survivors: UnsafePointer<UInt64>, _ bit: Int) -> SIMDMask<Vector.MaskStorage> {
    let bits = UInt32(truncatingIfNeeded: survivors[bit &>> 6] &>> UInt64(bit & 63))
    return (VectorBits(repeating: bits) & .oneALane) .== 0
  }
}
