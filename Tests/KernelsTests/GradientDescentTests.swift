import Kernels
import TestSupport
import Testing

@Suite struct GradientDescentTests {
  private struct State: Equatable {
    var weights: [Float]
    var velocity: [Float]
  }

  private static let count = 333
  private static let start = State(
    weights: Formula.uniform("weights", count: count, scale: 2),
    velocity: Formula.uniform("velocity", count: count, scale: 2))
  private static let gradient = Formula.uniform("gradient", count: count, scale: 2)
  /// Two thirds survive.
  private static let survivors: [UInt64] = {
    var words = [UInt64](repeating: 0, count: (count + 16 + 63) / 64)
    for index in 0..<count where index % 3 != 0 { words[(index + 16) / 64] |= 1 << UInt64((index + 16) % 64) }
    return words
  }()

  private func step(isNesterov: Bool, l1: Float) -> GradientDescentStep {
    GradientDescentStep(
      learningRate: 0.1, momentum: 0.9, isNesterov: isNesterov, weightDecay: 5e-2, l1: l1, gradientScale: 0.25)
  }

  /// Updates the ranges between the given cuts, one call each. Mask bits begin at bit 16.
  private func run(_ step: GradientDescentStep, cuts: [Int] = [], masked: Bool = false, hasGradient: Bool = true)
    -> State
  {
    var state = Self.start
    let bounds = [0] + cuts + [Self.count]
    Self.gradient.withUnsafeBufferPointer { gradient in
      Self.survivors.withUnsafeBufferPointer { survivors in
        state.weights.withUnsafeMutableBufferPointer { weights in
          state.velocity.withUnsafeMutableBufferPointer { velocity in
            for (from, to) in zip(bounds, bounds.dropFirst()) {
              guard let w = weights.baseAddress, let v = velocity.baseAddress, let g = gradient.baseAddress else {
                return
              }
              step(
                weights: w + from, gradient: hasGradient ? g + from : nil, velocity: v + from, count: to - from,
                survivors: masked ? survivors.baseAddress : nil, firstBit: masked ? 16 + from : 0)
            }
          }
        }
      }
    }
    return state
  }

  @Test("A step is PyTorch's formula", arguments: [true, false], [0, 0.01] as [Float])
  func formula(isNesterov: Bool, l1: Float) {
    for hasGradient in [true, false] {
      let found = run(step(isNesterov: isNesterov, l1: l1), hasGradient: hasGradient)
      for index in 0..<Self.count {
        let w = Double(Self.start.weights[index])
        let sign = w > 0 ? 1.0 : -1.0
        let slope = (hasGradient ? 0.25 * Double(Self.gradient[index]) : 0) + 5e-2 * w + Double(l1) * sign
        let v = 0.9 * Double(Self.start.velocity[index]) + slope
        let expected = w - 0.1 * (isNesterov ? slope + 0.9 * v : v)
        #expect((Double(found.velocity[index]) - v).magnitude < 1e-6)
        #expect((Double(found.weights[index]) - expected).magnitude < 1e-6)
      }
    }
  }

  @Test("The bits do not depend on where a range is cut", arguments: [[1], [16], [100, 117], [15, 31, 332]])
  func cuts(_ cuts: [Int]) {
    let step = step(isNesterov: true, l1: 0.01)
    #expect(run(step, cuts: cuts) == run(step))
  }

  @Test("A masked weight and its momentum are 0, a survivor is as without a mask", arguments: [[], [16], [48, 160]])
  func mask(_ cuts: [Int]) {
    let step = step(isNesterov: true, l1: 0.01)
    let free = run(step)
    let masked = run(step, cuts: cuts, masked: true)
    #expect(masked.weights == free.weights.enumerated().map { $0 % 3 == 0 ? 0 : $1 })
    #expect(masked.velocity == free.velocity.enumerated().map { $0 % 3 == 0 ? 0 : $1 })
  }

  @Test("A weight of zero has no sign for the L1 term")
  func zeroWeight() {
    var (weights, velocity) = ([Float](repeating: 0, count: 20), [Float](repeating: 0, count: 20))
    step(isNesterov: false, l1: 0.5)(weights: &weights, gradient: nil, velocity: &velocity, count: 20)
    #expect(weights.allSatisfy { $0 == 0 } && velocity.allSatisfy { $0 == 0 })
  }
}
