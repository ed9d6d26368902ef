import Kernels
import Testing

/// Rounding to bfloat16 against its definition.
struct BFloat16Tests {
  private static func rounded(_ values: [Float]) -> [Float] {
    var values = values
    values.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { roundToBFloat16(start, count: buffer.count) }
    }
    return values
  }

  /// The bfloat16 below and above, and the nearer one; of two as near, the one whose last bit is zero.
  private static func nearest(_ value: Float) -> Float {
    let below = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    let above = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
    let (low, high) = (abs(Double(value) - Double(below)), abs(Double(above) - Double(value)))
    if low != high { return low < high ? below : above }
    return below.bitPattern >> 16 & 1 == 0 ? below : above
  }

  @Test(arguments: [0, 1, 15, 16, 17, 1000])
  func everyNumberBecomesTheNearest(count: Int) {
    let values = (0..<count).map { index in
      Float(bitPattern: 0x3A00_0000 &+ UInt32(truncatingIfNeeded: index) &* 0x0001_4F83)
    }
    let both = values + values.map { -$0 }
    #expect(Self.rounded(both) == both.map(Self.nearest))
  }

  @Test func tiesGoToTheEvenOne() {
    let found = Self.rounded([0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0xBF80_8000].map { Float(bitPattern: $0) })
    #expect(found.map(\.bitPattern) == [0x3F80_0000, 0x3F82_0000, 0x3F81_0000, 0xBF80_0000])
  }

  @Test func whatIsNotFiniteStaysThat() {
    let found = Self.rounded([
      .infinity, -.infinity, .nan, Float(bitPattern: 0x7FFF_FFFF), Float(bitPattern: 0xFF80_0001), 0, -0.0,
    ])
    #expect(found[0] == .infinity && found[1] == -.infinity && found[2...4].allSatisfy { $0.isNaN })
    #expect(found[5].bitPattern == 0 && found[6].bitPattern == 0x8000_0000)
    #expect(Self.rounded([Float.greatestFiniteMagnitude]) == [.infinity])
  }

  @Test func packedNumbersComeBack() {
    let values = Self.rounded((0..<37).map { Float($0) * 0.37 - 5 })
    var packed = [UInt16](repeating: 0, count: values.count)
    var back = [Float](repeating: 0, count: values.count)
    packBFloat16(values, to: &packed, count: values.count)
    unpackBFloat16(packed, to: &back, count: values.count)
    #expect(back == values)
  }
}
