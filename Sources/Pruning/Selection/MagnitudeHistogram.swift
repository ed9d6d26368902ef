import Networks

/// The exact k-th smallest magnitude of a pool, by two rounds of counting over the bits of the magnitudes: a finite float's
/// magnitude orders as its bits do, read as an integer. First by the upper 16 of the 32 bits, then, within the one bucket
/// that holds the k-th, by the lower 16. Two passes over memory, no sort.
struct MagnitudeHistogram {
  /// The k-th smallest magnitude and what is to be done with the weights that have it.
  struct Threshold: Equatable {
    /// The bits of the magnitude: weights below it are pruned, weights above it survive.
    var magnitude: UInt32
    /// How many weights have exactly this magnitude, 1 or more.
    var ties: Int
    /// How many of the ties are pruned, 1 or more.
    var prunedTies: Int
  }

  private static let upperBuckets = 1 << 15
  private static let lowerBuckets = 1 << 16
  /// The first of the upper buckets that hold infinities and NaNs.
  private static let firstNonFinite = 0x7F80
  /// Neighbouring weights often fall into one bucket, and an increment that waits for the one before it to reach memory
  /// takes several times as long: neighbours count in different copies of the histogram.
  private static let copies = 4

  private var counts = [UInt32](repeating: 0, count: copies * upperBuckets)

  /// The threshold of the `rank` smallest among the pool's survivors of `mask`, or nil where one of them is not finite.
  /// `rank` is at least 1 and at most their number.
  mutating func threshold(
    rank: Int, of pool: Pool, weights: UnsafeBufferPointer<Float>, mask: borrowing Mask
  ) -> Threshold? {
    countUpper(pool, weights, mask)
    for bucket in Self.firstNonFinite..<Self.upperBuckets where upperCount(bucket) > 0 { return nil }
    var rest = rank
    var upper = 0
    while rest > upperCount(upper) {
      rest -= upperCount(upper)
      upper += 1
    }

    countLower(pool, weights, mask, upper: UInt32(upper))
    var lower = 0
    while rest > Int(counts[lower]) {
      rest -= Int(counts[lower])
      lower += 1
    }
    return Threshold(magnitude: UInt32(upper << 16 | lower), ties: Int(counts[lower]), prunedTies: rest)
  }

  private func upperCount(_ bucket: Int) -> Int {
    (0..<Self.copies).reduce(0) { $0 + Int(counts[$1 * Self.upperBuckets + bucket]) }
  }

  private mutating func countUpper(_ pool: Pool, _ weights: UnsafeBufferPointer<Float>, _ mask: borrowing Mask) {
    guard let base = weights.baseAddress else { return }
    let memory = UnsafeRawPointer(base)
    mask.words.withUnsafeBufferPointer { words in
      counts.withUnsafeMutableBufferPointer { counts in
        counts.update(repeating: 0)
        guard let first = counts.baseAddress else { return }
        let (second, third, fourth) = (
          first + Self.upperBuckets, first + 2 * Self.upperBuckets, first + 3 * Self.upperBuckets
        )
        for segment in pool.segments {
          forEachWord(of: segment) { word, segmentBits in
            var bits = words[word] & segmentBits
            if bits == .max {
              let group = memory + word * 256
              for four in 0..<16 {
                let low = group.loadUnaligned(fromByteOffset: four * 16, as: UInt64.self)
                let high = group.loadUnaligned(fromByteOffset: four * 16 + 8, as: UInt64.self)
                first[Int(low >> 16 & 0x7FFF)] &+= 1
                second[Int(low >> 48 & 0x7FFF)] &+= 1
                third[Int(high >> 16 & 0x7FFF)] &+= 1
                fourth[Int(high >> 48 & 0x7FFF)] &+= 1
              }
            } else {
              while bits != 0 {
                let magnitude = base[word * 64 + bits.trailingZeroBitCount].bitPattern
                first[Int(magnitude >> 16 & 0x7FFF)] &+= 1
                bits &= bits &- 1
              }
            }
          }
        }
      }
    }
  }

  private mutating func countLower(
    _ pool: Pool, _ weights: UnsafeBufferPointer<Float>, _ mask: borrowing Mask, upper: UInt32
  ) {
    guard let base = weights.baseAddress else { return }
    let vector = SIMD16<UInt32>(repeating: upper)
    mask.words.withUnsafeBufferPointer { words in
      counts.withUnsafeMutableBufferPointer { counts in
        counts[0..<Self.lowerBuckets].update(repeating: 0)
        for segment in pool.segments {
          forEachWord(of: segment) { word, segmentBits in
            var bits = words[word] & segmentBits
            guard bits != 0 else { return }
            bits &= weights.word(word, where: { $0 &>> 16 .== vector })
            while bits != 0 {
              counts[Int(base[word * 64 + bits.trailingZeroBitCount].bitPattern & 0xFFFF)] &+= 1
              bits &= bits &- 1
            }
          }
        }
      }
    }
  }
}
