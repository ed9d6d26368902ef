import Kernels
import Networks

/// An exponential moving average of the parameters and running statistics that a rank updates, one slice of them a rank
/// (Polyak & Juditsky, 1992).
///
///     average ← average + (1 − decay) · (value − average)
///
/// In step n the decay is (1 + n) / (10 + n) where that is less, so that random weights are soon forgotten: TensorFlow's
/// `ExponentialMovingAverage` with `num_updates`. Gradual pruning begins n anew each time, for the survivors must make up for what
/// is gone, and running statistics from before it do not fit them. Dead taps have none: no result depends on them.
final class WeightAverage {
  /// The places in the arena.
  let range: Range<Int>
  private let decay: Float
  let values: AlignedBuffer

  /// - Parameters:
  ///   - network: whose present values it begins with.
  ///   - owned: the part of the exchanged range that this rank updates.
  init(of network: Network, owned: Range<Int>, decay: Double) {
    range = owned.clamped(to: 0..<network.layout.averagedCount)
    self.decay = Float(decay)
    values = AlignedBuffer(count: range.count)
    values.pointer.update(from: network.arena.pointer + range.lowerBound, count: range.count)
  }

  /// Takes in the values after a step.
  ///
  /// - Parameter step: from 1, since the phase began or since the last pruning within it.
  func add(_ arena: AlignedBuffer, step: Int) {
    let rate = 1 - min(decay, Float(1 + step) / Float(10 + step))
    let (average, source) = (values.pointer, arena.pointer + range.lowerBound)
    for index in 0..<range.count { average[index] += rate * (source[index] - average[index]) }
  }

  /// Takes over the rank's part of an average of all ranks together.
  func take(_ whole: [Float]) { _ = values.elements.update(fromContentsOf: whole[range]) }
}

extension ParameterLayout {
  /// `arena[0..<averagedCount]`: what an average is taken of, live blocks and running statistics.
  package var averagedCount: Int { metrics.lowerBound }
}
