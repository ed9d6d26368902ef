/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): random test weights that depend on nothing we test.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// A number of mean 0 and deviation 1 (the sum of four uniform ones).
  mutating func normal() -> Float {
    let bits = next()
    let sum = (0..<4).reduce(Float(0)) { $0 + Float(bits >> UInt64(16 * $1) & 0xFFFF) }
    return (sum / 65536 - 2) * 1.732
  }
}
