import Foundation

/// How the learning rate moves over a phase of training: a pure function of the step.
public enum LearningRateSchedule: Sendable, Equatable, Codable {
  case constant
  /// Multiplied by `factor` at the start of each of these epochs (counted from 0), as PyTorch's `MultiStepLR`.
  case multiStep(milestones: [Int], factor: Double)
  /// From the peak to zero along half a cosine, step by step (Loshchilov & Hutter, 2016).
  case cosine
  /// From peak / 25 up to the peak during the first `rise` of the steps, then down to `end` · peak, each along half a cosine:
  /// PyTorch's `OneCycleLR` (Smith & Topin, 2017), without its cycling of the momentum. Without an `end`, PyTorch's own,
  /// peak / 250,000. A higher one goes with a moving average of the weights, which then has more to average
  /// (Izmailov et al., 2018).
  case oneCycle(rise: Double, end: Double? = nil)

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - step: from 0, over the whole phase.
  ///   - steps: of the whole phase.
  ///   - stepsPerEpoch: at least 1.
  public func learningRate(peak: Double, step: Int, steps: Int, stepsPerEpoch: Int) -> Double {
    switch self {
    case .constant: return peak
    case .multiStep(let milestones, let factor):
      let epoch = step / max(1, stepsPerEpoch)
      return peak * pow(factor, Double(milestones.count { $0 <= epoch }))
    case .cosine:
      return Self.halfCosine(from: peak, to: 0, Double(step) / Double(max(1, steps)))
    case .oneCycle(let rise, let end):
      let start = peak / 25
      let top = rise * Double(steps) - 1
      let last = Double(steps - 1)
      let now = Double(step)
      if now <= top { return Self.halfCosine(from: start, to: peak, top > 0 ? now / top : 1) }
      return Self.halfCosine(from: peak, to: end.map { $0 * peak } ?? start / 10_000, (now - top) / (last - top))
    }
  }

  private static func halfCosine(from start: Double, to end: Double, _ position: Double) -> Double {
    end + (start - end) / 2 * (1 + cos(.pi * position))
  }
}

extension LearningRateSchedule: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constant: "constant"
    case .multiStep(let milestones, let factor):
      "multi-step (×\(factor) at epochs \(milestones.map(String.init).joined(separator: ", ")))"
    case .cosine: "cosine"
    case .oneCycle(let rise, let end):
      "one-cycle (peak at \(Int((rise * 100).rounded())) % of the steps\(end.map { ", down to \($0) of it" } ?? ""))"
    }
  }
}
