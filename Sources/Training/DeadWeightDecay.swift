import Foundation
import Kernels

/// What gradient descent does to weights whose gradient is always zero: dead taps.
///
/// Weight decay alone is linear, so after any number of steps every dead weight is the same multiple of what it was, and so is
/// its momentum. Two numbers stand for all 7 million of them until somebody looks; that is nearer to the exact
/// result than stepping each, and costs nothing.
package struct DeadWeightDecay: Sendable, Equatable, Codable {
  /// The weights, as a multiple of those in the arena.
  package private(set) var weight = 1.0
  /// Their momentum, as a multiple of the weights in the arena.
  package private(set) var velocity = 0.0

  package init() {}

  /// Follows one step of all weights.
  package mutating func advance(_ step: GradientDescentStep) {
    let gradient = Double(step.weightDecay) * weight
    velocity = Double(step.momentum) * velocity + gradient
    weight -= Double(step.learningRate) * (step.isNesterov ? gradient + Double(step.momentum) * velocity : velocity)
  }

  /// Brings weights up to date; later steps count from there.
  package mutating func apply(to weights: UnsafeMutableBufferPointer<Float>) {
    guard weight != 1 else { return }
    guard let first = weights.baseAddress else { return }
    scaleFloats(first, by: Float(weight), count: weights.count)
    velocity = weight == 0 ? 0 : velocity / weight
    weight = 1
  }
}
