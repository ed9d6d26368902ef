/// Numbers of IEEE half precision (binary16) as their bits; `Float16` is not available on every platform.
public enum HalfPrecision {
  /// The largest finite magnitude.
  public static let largest: Float = 65_504

  /// The nearest half-precision number, ties to the even one; infinity from 65520 on.
  public static func bits(of value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
    guard magnitude >= 0x3880_0000 else {
      // Below 2⁻¹⁴ the result is a multiple of 2⁻²⁴, and the addition does the rounding.
      let scaled = Float(bitPattern: magnitude) + Float(bitPattern: 0x3F00_0000)
      return sign | UInt16(scaled.bitPattern - 0x3F00_0000)
    }
    // Half of what is cut off, less one where the last bit that stays is even; a carry goes on into the exponent.
    let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
    return sign | UInt16((rounded >> 13) - (112 << 10))
  }

  /// The value of a half-precision number.
  public static func value(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1F
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
