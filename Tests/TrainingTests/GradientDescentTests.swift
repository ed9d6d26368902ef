import Kernels
import TestSupport
import Testing

/// Steps of gradient descent against `torch.optim.SGD` in double precision (`Tests/Golden/gradient_descent.py`).
struct GradientDescentTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let momentum: Float
    let nesterov: Bool
    let weightDecay: Float
    let l1: Float
    let masked: Bool
    let weights: [Double]
    /// Absent without momentum, where PyTorch keeps none.
    let velocity: [Double]?

    var testDescription: String { name }

    /// A step as the golden file took it: gradients count an eighth, the learning rate falls.
    func step(_ number: Int) -> GradientDescentStep {
      GradientDescentStep(
        learningRate: 0.1 / Float(number + 1), momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay,
        l1: l1, gradientScale: 0.125)
    }
  }

  static let count = 45
  static let steps = 6
  static let survives = Formula.integers("descent/mask", count: count, bound: 3).map { $0 > 0 }

  /// Weights and momentum after all steps, each taken in pieces that end at `cuts`.
  private func descend(_ golden: Case, cuts: [Int] = []) -> (weights: [Float], velocity: [Float]) {
    let weights = AlignedBuffer(Formula.uniform("descent/weight", count: Self.count, scale: 2))
    let velocity = AlignedBuffer(count: Self.count)
    var bits: UInt64 = 0
    for index in 0..<Self.count where Self.survives[index] { bits |= 1 << UInt64(index) }
    if golden.masked { for index in 0..<Self.count where !Self.survives[index] { weights.pointer[index] = 0 } }
    let bounds = [0] + cuts + [Self.count]
    for number in 0..<Self.steps {
      let gradients = AlignedBuffer(Formula.uniform("descent/gradient/\(number)", count: Self.count, scale: 4))
      let gradient = gradients.pointer
      for (start, end) in zip(bounds, bounds.dropFirst()) {
        withUnsafePointer(to: bits) { bits in
          golden.step(number)(
            weights: weights.pointer + start, gradient: gradient + start, velocity: velocity.pointer + start,
            count: end - start, survivors: golden.masked ? bits : nil, firstBit: golden.masked ? start : 0)
        }
      }
    }
    return (Array(weights.elements), Array(velocity.elements))
  }

  private func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
    zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
  }

  @Test(arguments: try Golden.cases("gradient_descent", of: Case.self))
  func stepsAreThoseOfPyTorch(golden: Case) {
    let (weights, velocity) = descend(golden)
    #expect(golden.weights.count == Self.count)
    #expect(largestDifference(weights, golden.weights) < 1e-6)
    if let expected = golden.velocity { #expect(largestDifference(velocity, expected) < 2e-6) }
    guard golden.masked else { return }
    for index in 0..<Self.count where !Self.survives[index] {
      #expect(weights[index].bitPattern == 0 && velocity[index].bitPattern == 0, "masked weight \(index)")
    }
  }

  /// Where ranks cut the arena must not show in the result. With a mask, cuts lie at multiples of 16.
  @Test(arguments: try Golden.cases("gradient_descent", of: Case.self))
  func cutsDoNotShow(golden: Case) {
    let whole = descend(golden)
    let cuts = golden.masked ? [[16], [32], [16, 32]] : [[1], [15], [16], [17, 18], [7, 30], [16, 32], [44]]
    for cut in cuts {
      let pieces = descend(golden, cuts: cut)
      #expect(pieces.weights == whole.weights, "cut at \(cut)")
      #expect(pieces.velocity == whole.velocity, "cut at \(cut)")
    }
  }
}
