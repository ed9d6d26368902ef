import Kernels
import TestSupport
import Testing
import Training

/// Steps of AdamW against `torch.optim.AdamW` in double precision (`Tests/Golden/adamw.py`).
struct AdamWTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let weightDecay: Float
    let l1: Float
    let masked: Bool
    let dead: Bool
    let beta1: Double
    let beta2: Double
    let epsilon: Float
    let weights: [Double]
    let mean: [Double]
    let square: [Double]

    var testDescription: String { name }
    var optimizer: AdamW { AdamW(beta1: beta1, beta2: beta2, epsilon: epsilon) }

    func run(cuts: [Int] = []) -> OptimizerRun {
      OptimizerRun(
        optimizer, steps: 10, weightDecay: weightDecay, l1: l1, cuts: cuts, masked: masked, dead: dead)
    }
  }

  @Test(arguments: try Golden.cases("adamw", of: Case.self))
  func stepsAreThoseOfPyTorch(golden: Case) {
    let run = golden.run()
    #expect(golden.weights.count == OptimizerRun.count)
    #expect(OptimizerRun.largestDifference(run.weights, golden.weights) < 1e-6)
    #expect(OptimizerRun.largestDifference(run.slices[0], golden.mean) < 1e-7)
    #expect(OptimizerRun.largestDifference(run.slices[1], golden.square) < 1e-7)
  }

  /// Where ranks cut the arena must not show in the result.
  @Test(arguments: try Golden.cases("adamw", of: Case.self), [[1], [15, 16], [17, 18], [7, 30], [44]])
  func cutsDoNotShow(golden: Case, cuts: [Int]) {
    let (whole, pieces) = (golden.run(), golden.run(cuts: cuts))
    #expect(pieces.weights == whole.weights && pieces.slices == whole.slices)
  }

  /// A weight without gradient follows decoupled decay, and so does the one number that stands for all of them.
  @Test func deadWeightsFollowTheDecay() throws {
    let golden = try #require(try Golden.cases("adamw", of: Case.self).first { $0.name == "dead" })
    var optimizer = golden.optimizer
    for number in 0..<10 {
      optimizer.passDead(UpdateStep(learningRate: 0.1 / Float(number + 1), weightDecay: golden.weightDecay))
    }
    let factor = optimizer.takeDeadFactor()
    let start = Formula.uniform("descent/weight", count: OptimizerRun.count, scale: 2)
    #expect(OptimizerRun.largestDifference(start.map { Float(factor) * $0 }, golden.weights) < 1e-6)
    #expect(factor < 0.99 && optimizer.takeDeadFactor() == 1)
  }

  @Test func theWalkOfPowersIsKept() {
    var optimizer = AdamW()
    for _ in 0..<3 { optimizer.begin(UpdateStep(learningRate: 0.1, weightDecay: 0)) }
    var other = AdamW()
    other.scalars = optimizer.scalars
    #expect(other.scalars == ["beta1_power": 0.9 * 0.9 * 0.9, "beta2_power": 0.999 * 0.999 * 0.999, "weight": 1])
  }
}
