internal import CxxHash

/// The XXH3 hash of some bytes, in 128 bits.
///
/// XXH3 because it reads memory faster than anything else that finds every difference: 45 MB take a few milliseconds.
public struct Hash128: Sendable, Hashable, CustomStringConvertible {
  public let low: UInt64
  public let high: UInt64

  public init(_ bytes: UnsafeRawBufferPointer) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    (low, high) = (hash.low64, hash.high64)
  }

  /// A hash by its halves.
  public init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

  /// The sixteen bytes, the highest first.
  public var bytes: [UInt8] {
    [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
  }

  /// 32 hexadecimal digits, as `xxh128sum` prints them.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The XXH3 hash of 64 bits of a text in UTF-8.
  public static func low(of text: String, seed: UInt64) -> UInt64 {
    Array(text.utf8).withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
  }
}
