import Kernels

/// Adam with decoupled weight decay (Loshchilov & Hutter, 2019), as PyTorch's `torch.optim.AdamW`, in step t:
///
///     g ← gradient · gradientScale + l1 · sign(w)
///     m ← m + (1 − β₁) · (g − m)
///     v ← β₂ · v + (1 − β₂) · g²
///     w ← w · (1 − learningRate · weightDecay) − learningRate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
public struct AdamW: Optimizer {
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Float
  /// β₁ᵗ and β₂ᵗ, by one multiplication a step: a run that was resumed has the same bits.
  private var powers = (1.0, 1.0)
  /// Dead taps, as a multiple of what the arena holds.
  private var deadWeight = 1.0

  /// PyTorch's values, unless others are given.
  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Float = 1e-8) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// The moving averages of the gradient and of its square, by PyTorch's names.
  public var slices: [String] { ["exp_avg", "exp_avg_sq"] }

  public var scalars: [String: Double] {
    get { ["beta1_power": powers.0, "beta2_power": powers.1, "weight": deadWeight] }
    set {
      powers = (newValue["beta1_power"] ?? powers.0, newValue["beta2_power"] ?? powers.1)
      deadWeight = newValue["weight"] ?? deadWeight
    }
  }

  public mutating func begin(_ step: UpdateStep) { powers = (powers.0 * beta1, powers.1 * beta2) }

  public func update(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>?, slices: [AlignedBuffer], offset: Int,
    count: Int, _ step: UpdateStep
  ) {
    let (mean, square) = (slices[0].pointer + offset, slices[1].pointer + offset)
    if let gradient {
      update(weights, mean, square, count, step) { gradient[$0] }
    } else {
      update(weights, mean, square, count, step) { _ in 0 }
    }
  }

  /// One element after the other, each computed alike wherever a range is cut; the compiler makes vectors of it.
  @inline(__always)
  private func update(
    _ weights: UnsafeMutablePointer<Float>, _ mean: UnsafeMutablePointer<Float>, _ square: UnsafeMutablePointer<Float>,
    _ count: Int, _ step: UpdateStep, gradient: (Int) -> Float
  ) {
    let kept = Float(Self.kept(step))
    let rate = Float(Double(step.learningRate) / (1 - powers.0))
    let correction = Float(1 / (1 - powers.1).squareRoot())
    let (rest1, decay2, rest2, epsilon) = (Float(1 - beta1), Float(beta2), Float(1 - beta2), epsilon)
    for i in 0..<count {
      let w = weights[i]
      let plain = step.gradientScale * gradient(i)
      let g = step.l1 != 0 ? plain.addingProduct(step.l1, w.signum) : plain
      let m = mean[i].addingProduct(rest1, g - mean[i])
      let v = (decay2 * square[i]).addingProduct(rest2 * g, g)
      mean[i] = m
      square[i] = v
      weights[i] = (w * kept).addingProduct(-rate, m / epsilon.addingProduct(v.squareRoot(), correction))
    }
  }

  /// The share of a weight that decay leaves in a step.
  private static func kept(_ step: UpdateStep) -> Double { 1 - Double(step.learningRate) * Double(step.weightDecay) }

  public mutating func passDead(_ step: UpdateStep) { deadWeight *= Self.kept(step) }

  public mutating func takeDeadFactor() -> Double {
    defer { deadWeight = 1 }
    return deadWeight
  }
}
