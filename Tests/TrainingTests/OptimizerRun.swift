import Kernels
import Pruning
import TestSupport
import Training

/// Some steps of an optimizer as the golden files took them: gradients count an eighth, the learning rate falls.
struct OptimizerRun {
  static let count = 45
  static let survives = Formula.integers("descent/mask", count: count, bound: 3).map { $0 > 0 }

  private(set) var weights: [Float]
  private(set) var slices: [[Float]]

  /// - Parameters:
  ///   - cuts: where each step is cut in pieces.
  ///   - masked: whether a mask is applied after each step, and before the first.
  ///   - dead: whether gradients are zero.
  init(
    _ start: some Optimizer, steps: Int, weightDecay: Float, l1: Float, cuts: [Int] = [], masked: Bool = false,
    dead: Bool = false
  ) {
    var optimizer = start
    var mask = Mask(allSurviving: Self.count)
    for index in 0..<Self.count where masked && !Self.survives[index] { mask[index] = false }
    let weights = AlignedBuffer(Formula.uniform("descent/weight", count: Self.count, scale: 2))
    let slices = optimizer.slices.map { _ in AlignedBuffer(count: Self.count) }
    mask.apply(to: weights.elements)
    let bounds = [0] + cuts + [Self.count]
    for number in 0..<steps {
      let gradient = AlignedBuffer(Formula.uniform("descent/gradient/\(number)", count: Self.count, scale: 4))
      let step = UpdateStep(
        learningRate: 0.1 / Float(number + 1), weightDecay: weightDecay, l1: l1, gradientScale: 0.125)
      optimizer.begin(step)
      for (start, end) in zip(bounds, bounds.dropFirst()) {
        optimizer.update(
          weights.pointer + start, gradient: dead ? nil : UnsafePointer(gradient.pointer + start), slices: slices,
          offset: start,
          count: end - start, step)
      }
      for buffer in [weights] + slices { mask.apply(to: buffer.elements) }
    }
    self.weights = Array(weights.elements)
    self.slices = slices.map { Array($0.elements) }
  }

  static func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
    zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
  }
}
