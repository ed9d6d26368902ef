/// Reads what ``BitWriter`` writes.
public struct BitReader {
  /// Why a stream cannot be read on.
  public enum Failure: Error, Equatable {
    /// It ends before what was asked for does.
    case end
    /// A Rice code is larger than what the reader allows.
    case tooLarge
  }

  private let bytes: UnsafeRawBufferPointer
  /// The place of the next bit.
  private var position = 0

  /// - Parameter bytes: the stream, which must stay in memory as long as this reader.
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The bits that are not read yet.
  public var remaining: Int { bytes.count * 8 - position }

  /// The next `count` bits, at most 32, as a number whose lowest bit is the first.
  public mutating func read(bits count: Int) throws(Failure) -> UInt32 {
    guard count <= remaining else { throw .end }
    var value: UInt64 = 0
    let first = position >> 3
    let last = (position + count + 7) >> 3
    for (place, index) in (first..<last).enumerated() { value |= UInt64(bytes[index]) << UInt64(8 * place) }
    value >>= UInt64(position & 7)
    position += count
    return UInt32(truncatingIfNeeded: value & (1 << UInt64(count) - 1))
  }

  /// The next Rice code.
  ///
  /// - Parameters:
  ///   - parameter: at most 32.
  ///   - limit: the largest value that makes sense.
  public mutating func readRice(parameter: Int, limit: UInt32) throws(Failure) -> UInt32 {
    var zeros: UInt64 = 0
    while try read(bits: 1) == 0 {
      zeros += 1
      guard zeros << UInt64(parameter) <= UInt64(limit) else { throw .tooLarge }
    }
    let value = zeros << UInt64(parameter) | UInt64(try read(bits: parameter))
    guard value <= UInt64(limit) else { throw .tooLarge }
    return UInt32(value)
  }
}
