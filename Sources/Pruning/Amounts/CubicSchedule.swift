/// Pruning while training: what is gone grows as the cube of what is left of the time, fast at first and slowly at the end
/// (Zhu and Gupta 2017, arXiv 1710.01878):
///
///     s_t = s_f · (1 − (1 − (t − t₀) / (t₁ − t₀))³)
///
/// Epochs are counted by their ends, from 1; 0 is the start of training. At `firstEpoch` nothing is pruned yet.
public struct CubicSchedule: Sendable, Equatable, Codable {
  /// t₀, from which on weights go, 0 or more.
  public let firstEpoch: Int
  /// t₁, at the end of which the final sparsity is reached.
  public let lastEpoch: Int
  /// The epochs from one round to the next; the last may come sooner.
  public let interval: Int

  /// - Throws: `PruningError.epochsOutOfOrder` unless 0 ≤ `firstEpoch` < `lastEpoch` and 1 ≤ `interval` ≤ their distance.
  public init(firstEpoch: Int, lastEpoch: Int, interval: Int = 1) throws(PruningError) {
    guard firstEpoch >= 0 && lastEpoch > firstEpoch && interval >= 1 && interval <= lastEpoch - firstEpoch else {
      throw .epochsOutOfOrder(from: firstEpoch, to: lastEpoch, every: interval)
    }
    self.firstEpoch = firstEpoch
    self.lastEpoch = lastEpoch
    self.interval = interval
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      firstEpoch: container.decode(Int.self, forKey: .firstEpoch),
      lastEpoch: container.decode(Int.self, forKey: .lastEpoch),
      interval: container.decode(Int.self, forKey: .interval))
  }

  private enum CodingKeys: String, CodingKey { case firstEpoch, lastEpoch, interval }

  /// The epochs at whose ends weights are pruned, in order; the last is `lastEpoch`.
  public var epochs: [Int] {
    Array(stride(from: firstEpoch + interval, to: lastEpoch, by: interval)) + [lastEpoch]
  }

  /// The part of all that goes in the end that is gone after each of ``epochs``, in (0, 1]; the last is exactly 1.
  public var fractions: [Double] {
    epochs.map { epoch in
      let rest = Double(lastEpoch - epoch) / Double(lastEpoch - firstEpoch)
      return 1 - rest * rest * rest
    }
  }

  /// The fraction of a pool that is pruned after each of ``epochs``; the last is exactly `final`.
  public func totals(to final: Double) -> [Double] { fractions.map { $0 * final } }
}
