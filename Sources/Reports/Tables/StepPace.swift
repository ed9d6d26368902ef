/// The pace of the latest steps, and what the rest takes at it.
///
/// Over all steps so far it would be wrong where steps become faster, as they do with gradual pruning, and where a machine
/// is shared. Over the steps of one epoch it counts one evaluation in.
public struct StepPace: Sendable {
  private let first: Int
  private var last: Int
  /// When the latest steps ended; step s stands at s modulo their count.
  private var ends: [Double]

  /// Begins to watch.
  ///
  /// - Parameters:
  ///   - step: that is done.
  ///   - now: in seconds.
  ///   - window: how many steps the pace is taken over, once there are so many.
  public init(after step: Int, at now: Double, window: Int) {
    first = step
    last = step
    ends = Array(repeating: now, count: max(1, window) + 1)
  }

  /// Takes note of a step; one that was left out counts with the next.
  ///
  /// - Parameters:
  ///   - step: that is done.
  ///   - steps: in all.
  ///   - now: in seconds.
  /// - Returns: the seconds that the rest takes; nil where there is no pace yet.
  public mutating func timeLeft(after step: Int, of steps: Int, at now: Double) -> Double? {
    guard step > last else { return nil }
    let before = ends[last % ends.count]
    for missed in last + 1..<step { ends[missed % ends.count] = before }
    ends[step % ends.count] = now
    last = step
    let oldest = max(first, step - ends.count + 1)
    return (now - ends[oldest % ends.count]) / Double(step - oldest) * Double(steps - step)
  }
}
