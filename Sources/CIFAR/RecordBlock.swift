import Foundation

/// Records that lie one after another in memory: a mapped file, or an array.
///
/// `@unchecked Sendable`: the memory is never written to after the initializers.
final class RecordBlock: @unchecked Sendable {
  let count: Int
  private let base: UnsafeRawPointer
  private let isMapped: Bool

  /// Maps the file at `path`, read-only and shared: the ranks of a node have its pages in memory once.
  init(path: String, classCount: Int) throws(CIFARError) {
    let file = try RegularFile(path: path)
    let size = file.size
    guard size > 0 else { throw .empty(path) }
    guard size % Record.size == 0 else { throw .truncated(path, size: size) }
    guard let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, file.descriptor, 0), mapping != MAP_FAILED else {
      throw .unreadable(path, code: errno)
    }
    // Training reads the images in random order, where the system would not read ahead.
    madvise(mapping, size, MADV_WILLNEED)
    base = UnsafeRawPointer(mapping)
    count = size / Record.size
    isMapped = true
    for record in 0..<count where label(record) >= classCount {
      throw .label(path, record: record, found: label(record), classCount: classCount)
    }
  }

  /// `count` records in memory of their own, written by `body`.
  init(count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1) * Record.size, alignment: 64)
    body(UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * Record.size)]))
    base = UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped)
    self.count = count
    isMapped = false
  }

  deinit {
    let memory = UnsafeMutableRawPointer(mutating: base)
    if isMapped { munmap(memory, count * Record.size) } else { memory.deallocate() }
  }

  func label(_ record: Int) -> Int {
    Int(base.load(fromByteOffset: record * Record.size, as: UInt8.self))
  }

  /// The three planes of a record.
  func pixels(_ record: Int) -> UnsafePointer<UInt8> {
    (base + (record * Record.size + 1)).assumingMemoryBound(to: UInt8.self)
  }
}
