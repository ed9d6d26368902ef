/// A fixed run of floats at a 64-byte boundary, zero at first, freed with its owner.
///
/// `UnsafeMutablePointer.allocate` aligns to 16 bytes, and every second vector load would then touch two cache lines.
public final class AlignedBuffer: @unchecked Sendable {
  /// The first element. Valid as long as the buffer lives.
  public let pointer: UnsafeMutablePointer<Float>
  /// The number of floats.
  public let count: Int

  /// Allocates `count` zeros.
  public init(count: Int) {
    self.count = count
    // 64 spare floats: kernels that read a full tile at the end of a row stay inside the allocation.
    let bytes = (count + 64) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: count + 64)
  }

  deinit { pointer.deallocate() }

  /// All elements.
  public var elements: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// Some of the elements.
  public subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) lies outside 0..<\(count)")
    return UnsafeMutableBufferPointer(start: pointer + range.lowerBound, count: range.count)
  }
}
