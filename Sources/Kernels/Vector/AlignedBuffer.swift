#if canImport(Glibc)
  import Glibc
#endif

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
    // Four spare vectors: kernels that read a full tile at the end of a row stay inside the allocation.
    let capacity = count + LaneBlock4.count
    let bytes = capacity * MemoryLayout<Float>.stride
    let raw = Self.allocate(bytes)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: capacity)
  }

  private static let hugePage = 1 << 21

  /// Large buffers lie in pages of 2 MiB where the system has them: kernels read from hundreds of channels in turn, each on small
  /// pages of its own, and to find these takes time, above all on virtual machines.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard bytes >= hugePage / 2 else { return .allocate(byteCount: bytes, alignment: MemoryLayout<Vector>.stride) }
    let whole = (bytes + hugePage - 1) / hugePage * hugePage
    let raw = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: hugePage)
    #if os(Linux)
      _ = madvise(raw, whole, Int32(MADV_HUGEPAGE))
    #endif
    return raw
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
