/// Turning comparisons of floats into mask bits, and back, 16 lanes at a time.
enum LaneBits {
  /// Lane `i` has bit `i`.
  static var low: SIMD16<UInt32> {
    SIMD16(
      1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13,
      1 << 14, 1 << 15)
  }
  /// Lane `i` has bit `16 + i`.
  static var high: SIMD16<UInt32> { low &<< 16 }

  /// For 64 floats, whether `condition` holds for the bits of their magnitudes: bit `i` for float `i`.
  @inline(__always)
  static func word(
    _ floats: UnsafePointer<Float>, where condition: (SIMD16<UInt32>) -> SIMDMask<SIMD16<Int32>>
  ) -> UInt64 {
    UInt64(half(floats, where: condition)) | UInt64(half(floats + 32, where: condition)) << 32
  }

  @inline(__always)
  private static func half(
    _ floats: UnsafePointer<Float>, where condition: (SIMD16<UInt32>) -> SIMDMask<SIMD16<Int32>>
  ) -> UInt32 {
    let none = SIMD16<UInt32>.zero
    let bits =
      none.replacing(with: low, where: condition(magnitudes(floats)))
      | none.replacing(with: high, where: condition(magnitudes(floats + 16)))
    // The standard library adds lanes one after the other; halving is four steps.
    let eight = bits.lowHalf | bits.highHalf
    let four = eight.lowHalf | eight.highHalf
    let two = four.lowHalf | four.highHalf
    return two.x | two.y
  }

  @inline(__always)
  private static func magnitudes(_ floats: UnsafePointer<Float>) -> SIMD16<UInt32> {
    UnsafeRawPointer(floats).loadUnaligned(as: SIMD16<UInt32>.self) & 0x7FFF_FFFF
  }
}

extension UnsafeBufferPointer<Float> {
  /// Bit `i` says whether `condition` holds for the bits of element `64 * word + i`'s magnitude; 0 beyond the end.
  @inline(__always)
  func word(_ word: Int, where condition: (SIMD16<UInt32>) -> SIMDMask<SIMD16<Int32>>) -> UInt64 {
    guard let baseAddress else { return 0 }
    let start = word * 64
    if start + 64 <= count { return LaneBits.word(baseAddress + start, where: condition) }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 64) { padded in
      let rest = Swift.max(0, count - start)
      padded.initialize(repeating: 0)
      for element in 0..<rest { padded[element] = self[start + element] }
      guard let tail = padded.baseAddress else { return 0 }
      let present = rest == 0 ? 0 : UInt64.max >> UInt64(64 - rest)
      return LaneBits.word(UnsafePointer(tail), where: condition) & present
    }
  }
}
