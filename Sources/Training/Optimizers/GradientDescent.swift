import Kernels

/// Stochastic gradient descent with momentum and weight decay, as PyTorch's `torch.optim.SGD`.
///
///     g ← gradient · gradientScale + weightDecay · w + l1 · sign(w)
///     v ← momentum · v + g
///     w ← w − learningRate · (nesterov ? g + momentum · v : v)
public struct GradientDescent: Optimizer {
  public let momentum: Float
  public let isNesterov: Bool
  /// Dead taps, as a multiple of what the arena holds.
  private var deadWeight = 1.0
  /// Their momentum, as a multiple of the same.
  private var deadVelocity = 0.0

  public init(momentum: Float, isNesterov: Bool) {
    self.momentum = momentum
    self.isNesterov = isNesterov
  }

  public var slices: [String] { ["momentum"] }

  public var scalars: [String: Double] {
    get { ["weight": deadWeight, "velocity": deadVelocity] }
    set {
      deadWeight = newValue["weight"] ?? deadWeight
      deadVelocity = newValue["velocity"] ?? deadVelocity
    }
  }

  public mutating func begin(_ step: UpdateStep) {}

  public func update(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>?, slices: [AlignedBuffer], offset: Int,
    count: Int, _ step: UpdateStep
  ) {
    let velocity = slices[0].pointer + offset
    if let gradient {
      update(weights, velocity, count, step) { gradient[$0] }
    } else {
      update(weights, velocity, count, step) { _ in 0 }
    }
  }

  /// One element after the other, each computed alike wherever a range is cut; the compiler makes vectors of it.
  @inline(__always)
  private func update(
    _ weights: UnsafeMutablePointer<Float>, _ velocity: UnsafeMutablePointer<Float>, _ count: Int, _ step: UpdateStep,
    gradient: (Int) -> Float
  ) {
    let (momentum, isNesterov) = (momentum, isNesterov)
    for i in 0..<count {
      let w = weights[i]
      let plain = (step.weightDecay * w).addingProduct(step.gradientScale, gradient(i))
      let g = step.l1 != 0 ? plain.addingProduct(step.l1, w.signum) : plain
      let v = g.addingProduct(momentum, velocity[i])
      velocity[i] = v
      weights[i] = w.addingProduct(-step.learningRate, isNesterov ? g.addingProduct(momentum, v) : v)
    }
  }

  public mutating func passDead(_ step: UpdateStep) {
    let gradient = Double(step.weightDecay) * deadWeight
    deadVelocity = Double(momentum) * deadVelocity + gradient
    deadWeight -=
      Double(step.learningRate) * (isNesterov ? gradient + Double(momentum) * deadVelocity : deadVelocity)
  }

  public mutating func takeDeadFactor() -> Double {
    guard deadWeight != 1 else { return 1 }
    defer {
      deadVelocity = deadWeight == 0 ? 0 : deadVelocity / deadWeight
      deadWeight = 1
    }
    return deadWeight
  }
}
