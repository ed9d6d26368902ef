/// Box and Muller's transform of uniform into normal numbers ("A Note on the Generation of Random Normal Deviates", 1958).
///
/// Logarithm, sine and cosine are polynomials of its own in double precision: the C library's differ in their last bits
/// from version to version and from CPU to CPU, and one initial weight that differs is another run.
@usableFromInline
enum BoxMuller {
  /// Two independent standard normal numbers from two random words.
  @inlinable
  static func pair(_ first: UInt32, _ second: UInt32) -> (first: Float, second: Float) {
    let radius = (-2 * logarithm((Double(first) + 1) * 0x1p-32)).squareRoot()
    let point = circle(turns: Double(second) * 0x1p-32)
    return (Float(radius * point.cosine), Float(radius * point.sine))
  }

  /// The natural logarithm of a normal positive number, to about 1e-15.
  @inlinable
  static func logarithm(_ value: Double) -> Double {
    // value = mantissa · 2^exponent with the mantissa in [√½, √2), where log(m) = 2·artanh((m-1)/(m+1)) converges fast.
    let bits = value.bitPattern &- 0x3FE6_A09E_0000_0000
    let exponent = Int64(bitPattern: bits) &>> 52
    let mantissa = Double(bitPattern: value.bitPattern &- UInt64(bitPattern: exponent &<< 52))
    let s = (mantissa - 1) / (mantissa + 1)
    let z = s * s
    var series = 1.0 / 19
    series = series * z + 1.0 / 17
    series = series * z + 1.0 / 15
    series = series * z + 1.0 / 13
    series = series * z + 1.0 / 11
    series = series * z + 1.0 / 9
    series = series * z + 1.0 / 7
    series = series * z + 1.0 / 5
    series = series * z + 1.0 / 3
    series = series * z + 1
    return Double(exponent) * 0.693147180559945309417 + 2 * s * series
  }

  /// The point of the unit circle after `turns` of a full turn, 0 ≤ `turns` < 1, to about 1e-13.
  @inlinable
  static func circle(turns: Double) -> (cosine: Double, sine: Double) {
    let quarter = Int(turns * 4 + 0.5)
    let angle = (turns - Double(quarter) * 0.25) * (2 * Double.pi)
    let z = angle * angle
    // Taylor's series up to angle¹² and angle¹³, for |angle| ≤ π/4.
    var cosine = 1.0 / 479_001_600
    cosine = cosine * z - 1.0 / 3_628_800
    cosine = cosine * z + 1.0 / 40320
    cosine = cosine * z - 1.0 / 720
    cosine = cosine * z + 1.0 / 24
    cosine = cosine * z - 0.5
    cosine = cosine * z + 1
    var sine = 1.0 / 6_227_020_800
    sine = sine * z - 1.0 / 39_916_800
    sine = sine * z + 1.0 / 362_880
    sine = sine * z - 1.0 / 5040
    sine = sine * z + 1.0 / 120
    sine = sine * z - 1.0 / 6
    sine = (sine * z + 1) * angle
    switch quarter & 3 {
    case 0: return (cosine, sine)
    case 1: return (-sine, cosine)
    case 2: return (-cosine, -sine)
    default: return (sine, -cosine)
    }
  }
}
