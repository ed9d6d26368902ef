import Networks

extension Mask {
  /// Prunes the survivors of a pool whose magnitude is below the threshold, and as many of those that have exactly its
  /// magnitude as it says, the first in torchvision's order.
  mutating func prune(
    _ pool: Pool, below threshold: MagnitudeHistogram.Threshold, weights: UnsafeBufferPointer<Float>
  ) {
    let all = threshold.prunedTies == threshold.ties
    // With all ties gone, what goes is everything below the next magnitude.
    let magnitude = SIMD16<UInt32>(repeating: all ? threshold.magnitude + 1 : threshold.magnitude)
    words.withUnsafeMutableBufferPointer { words in
      for segment in pool.segments {
        forEachWord(of: segment) { word, segmentBits in
          guard words[word] & segmentBits != 0 else { return }
          words[word] &= ~(weights.word(word, where: { $0 .< magnitude }) & segmentBits)
        }
      }
    }
    if !all { pruneTies(of: pool, threshold, weights: weights) }
  }

  private mutating func pruneTies(
    of pool: Pool, _ threshold: MagnitudeHistogram.Threshold, weights: UnsafeBufferPointer<Float>
  ) {
    let magnitude = SIMD16<UInt32>(repeating: threshold.magnitude)
    var ties = [UInt64](repeating: 0, count: words.count)
    for segment in pool.segments {
      forEachWord(of: segment) { word, segmentBits in
        let survivors = words[word] & segmentBits
        guard survivors != 0 else { return }
        ties[word] |= weights.word(word, where: { $0 .== magnitude }) & survivors
      }
    }

    var rest = threshold.prunedTies
    ties.withUnsafeBufferPointer { ties in
      for parameter in pool.parameters where rest > 0 {
        parameter.forEachElement(in: ties) { index, _ in
          self[index] = false
          rest -= 1
          return rest > 0
        }
      }
    }
  }
}
