/// A stream of bits that grows: the first bit is the lowest of the first byte.
public struct BitWriter {
  /// What is written so far; the bits behind the last one are zero.
  public private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  public init() {}

  /// Appends the `count` lowest bits of `value`, the lowest first.
  ///
  /// - Parameter count: at most 32.
  public mutating func write(_ value: UInt32, bits count: Int) {
    precondition((0...32).contains(count), "\(count) bits of a number of 32")
    pending |= (UInt64(value) & (1 << UInt64(count) - 1)) << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  /// Appends the Rice code of `value` (Rice and Plaunt, 1971): `value >> parameter` zeros and a one, then its `parameter` lowest
  /// bits.
  public mutating func writeRice(_ value: UInt32, parameter: Int) {
    var zeros = value >> UInt32(parameter)
    while zeros >= 32 {
      write(0, bits: 32)
      zeros -= 32
    }
    write(0, bits: Int(zeros))
    write(1, bits: 1)
    write(value, bits: parameter)
  }

  /// Fills the last byte with zeros.
  public mutating func finish() { write(0, bits: -pendingCount & 7) }
}

/// The choice of a Rice code.
public enum RiceCode {
  /// The largest parameter that is used.
  public static let largestParameter = 24

  /// The parameter with which the codes of `values` take the fewest bits.
  public static func bestParameter(for values: [UInt32]) -> Int {
    (0...largestParameter).min { bits(values, $0) < bits(values, $1) } ?? 0
  }

  private static func bits(_ values: [UInt32], _ parameter: Int) -> UInt64 {
    values.reduce(0) { $0 + UInt64($1 >> UInt32(parameter)) + 1 + UInt64(parameter) }
  }
}
