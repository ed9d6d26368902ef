/// A stream of random numbers that is a pure function of its key (seed, purpose, epoch, index).
///
/// Two streams of one key give the same numbers on every rank, machine and run: it uses integer arithmetic and IEEE
/// operations only, no mathematical library. Streams whose keys differ are independent. A stream holds 2³⁴ words of 32
/// bits before it repeats.
@frozen
public struct RandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline let key: SIMD2<UInt32>
  @usableFromInline var counter: SIMD4<UInt32>
  @usableFromInline var block: SIMD4<UInt32>
  /// How many words of `block` have been handed out.
  @usableFromInline var used: Int
  /// The second number of the last Box-Muller pair, not yet handed out.
  @usableFromInline var spareNormal: Float?

  /// The stream of the given key, at its start. `epoch` and `index` count by their lowest 32 bits.
  @inlinable
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, index: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32))
    counter = SIMD4(0, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: epoch), purpose.rawValue)
    block = .zero
    used = 4
    spareNormal = nil
  }

  /// The next 32 random bits.
  @inlinable
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = Philox4x32.block(counter: counter, key: key)
      counter.x &+= 1
      used = 0
    }
    defer { used &+= 1 }
    return block[used]
  }

  /// The next 64 random bits: two words, the lower half first.
  @inlinable
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(low) | UInt64(nextWord()) &<< 32
  }

  /// A number uniform over the multiples of 2⁻²⁴ in [0, 1). Takes one word.
  @inlinable
  public mutating func uniform() -> Float {
    Float(nextWord() &>> 8) * 0x1p-24
  }

  /// An integer uniform over 0..<`bound`, without bias, by Lemire's multiplication method ("Fast Random Integer
  /// Generation in an Interval", 2019). Takes one word, rarely more. `bound` must not be 0.
  @inlinable
  public mutating func integer(below bound: UInt32) -> UInt32 {
    var product = UInt64(nextWord()) &* UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let threshold = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextWord()) &* UInt64(bound)
      }
    }
    return UInt32(truncatingIfNeeded: product &>> 32)
  }

  /// A number of the standard normal distribution, by Box and Muller's transform of two words; every second call returns
  /// the other number of the pair. No magnitude exceeds 6.67.
  @inlinable
  public mutating func normal() -> Float {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let first = nextWord()
    let pair = BoxMuller.pair(first, nextWord())
    spareNormal = pair.second
    return pair.first
  }

  /// A uniformly distributed order of the numbers 0..<`count` (Fisher and Yates, from the end). `count` must fit 31 bits.
  public mutating func permutation(count: Int) -> [Int32] {
    var order = [Int32](unsafeUninitializedCapacity: max(count, 0)) { buffer, initialized in
      for position in buffer.indices { buffer[position] = Int32(truncatingIfNeeded: position) }
      initialized = buffer.count
    }
    guard count > 1 else { return order }
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(integer(below: UInt32(truncatingIfNeeded: last + 1))))
    }
    return order
  }
}
