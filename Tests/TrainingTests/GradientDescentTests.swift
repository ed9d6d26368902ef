import Kernels
import TestSupport
import Testing
import Training

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

    func run(cuts: [Int] = []) -> OptimizerRun {
      OptimizerRun(
        GradientDescent(momentum: momentum, isNesterov: nesterov), steps: 6, weightDecay: weightDecay, l1: l1,
        cuts: cuts, masked: masked)
    }
  }

  @Test(arguments: try Golden.cases("gradient_descent", of: Case.self))
  func stepsAreThoseOfPyTorch(golden: Case) {
    let run = golden.run()
    #expect(golden.weights.count == OptimizerRun.count)
    #expect(OptimizerRun.largestDifference(run.weights, golden.weights) < 1e-6)
    if let expected = golden.velocity { #expect(OptimizerRun.largestDifference(run.slices[0], expected) < 2e-6) }
  }

  /// Where ranks cut the arena must not show in the result.
  @Test(
    arguments: try Golden.cases("gradient_descent", of: Case.self),
    [[1], [15], [16], [17, 18], [7, 30], [44]])
  func cutsDoNotShow(golden: Case, cuts: [Int]) {
    let (whole, pieces) = (golden.run(), golden.run(cuts: cuts))
    #expect(pieces.weights == whole.weights && pieces.slices == whole.slices)
  }

  @Test func aWeightOfZeroHasNoSign() {
    let buffers = [AlignedBuffer(count: 20), AlignedBuffer(count: 20)]
    GradientDescent(momentum: 0.9, isNesterov: false).update(
      buffers[0].pointer, gradient: nil, slices: [buffers[1]], offset: 0, count: 20,
      UpdateStep(learningRate: 0.1, weightDecay: 0, l1: 0.5))
    #expect(buffers.allSatisfy { $0.elements.allSatisfy { $0 == 0 } })
  }

  /// Two numbers for all dead weights against stepping each.
  @Test(arguments: [false, true], [Float(0), 0.9])
  func deadWeightsAreThoseOfSteppingEach(nesterov: Bool, momentum: Float) {
    let start = Formula.uniform("dead", count: 37, scale: 2)
    let (stepped, velocity) = (AlignedBuffer(start), AlignedBuffer(count: start.count))
    var optimizer = GradientDescent(momentum: momentum, isNesterov: nesterov)
    var factor = 1.0
    for number in 0..<300 {
      let step = UpdateStep(learningRate: 0.4 * Float(300 - number) / 300, weightDecay: 5e-3)
      optimizer.update(stepped.pointer, gradient: nil, slices: [velocity], offset: 0, count: start.count, step)
      optimizer.passDead(step)
      // At the end of each epoch the weights are looked at, and momentum must live on.
      if number % 70 == 69 { factor *= optimizer.takeDeadFactor() }
    }
    factor *= optimizer.takeDeadFactor()
    #expect(factor < 0.9)
    for (found, begun) in zip(stepped.elements, start) {
      #expect(abs(Double(found) - factor * Double(begun)) <= 2e-5 * abs(Double(found)))
    }
  }

  @Test func withoutDecayNothingChanges() {
    var optimizer = GradientDescent(momentum: 0.9, isNesterov: true)
    for _ in 0..<5 { optimizer.passDead(UpdateStep(learningRate: 0.1, weightDecay: 0)) }
    #expect(optimizer.scalars == GradientDescent(momentum: 0.9, isNesterov: true).scalars)
    #expect(optimizer.takeDeadFactor() == 1)
  }
}
