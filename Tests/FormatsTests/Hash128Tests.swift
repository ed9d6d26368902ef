import Formats
import Testing

/// Known answers of the reference implementation.
struct Hash128Tests {
  /// As `xxh128sum` prints them.
  @Test(arguments: [
    ("", "99aa06d3014798d86001c324468d497f"), ("a", "a96faf705af16834e6c632b61e964e1f"),
    ("abc", "06b05ab6733a618578af5f94892f3950"),
  ])
  func knownAnswers(text: String, digits: String) {
    let hash = Array(text.utf8).withUnsafeBytes { Hash128($0) }
    #expect("\(hash)" == digits)
    #expect("\(Hash128(low: hash.low, high: hash.high))" == digits)
    #expect(hash.bytes.count == 16 && hash.bytes.first == UInt8(digits.prefix(2), radix: 16))
  }

  /// As `xxhsum -H3` prints them, with the seed 0.
  @Test(arguments: [("", 0x2D06_8005_38D3_94C2), ("abc", 0x78AF_5F94_892F_3950)] as [(String, UInt64)])
  func sixtyFourBits(text: String, hash: UInt64) {
    #expect(Hash128.low(of: text, seed: 0) == hash)
    #expect(Hash128.low(of: text, seed: 1) != hash)
  }
}
