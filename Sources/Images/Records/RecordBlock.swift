import Foundation

/// Records that lie one after another in memory: a mapped file, or an array.
///
/// `@unchecked Sendable`: the memory is never written to after the initializers.
final class RecordBlock: @unchecked Sendable {
  let count: Int
  private let layout: RecordLayout
  private let base: UnsafeRawPointer
  private let isMapped: Bool

  /// Maps the file at `path`, read-only and shared: the ranks of a node have its pages in memory once.
  init(path: String, layout: RecordLayout = .oneByte, classCount: Int) throws(CIFARError) {
    let file = try RegularFile(path: path)
    let size = file.size
    count = try Self.count(bytes: size, layout, path)
    guard let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, file.descriptor, 0), mapping != MAP_FAILED else {
      throw .unreadable(path, code: errno)
    }
    // Training reads the images in random order, where the system would not read ahead.
    madvise(mapping, size, MADV_WILLNEED)
    base = UnsafeRawPointer(mapping)
    isMapped = true
    self.layout = layout
    try checkLabels(path, classCount: classCount)
  }

  /// Copies the contents of a file.
  ///
  /// - Parameter name: what errors call the file.
  init(copying bytes: [UInt8], name: String, layout: RecordLayout, classCount: Int) throws(CIFARError) {
    count = try Self.count(bytes: bytes.count, layout, name)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    memory.copyBytes(from: bytes)
    base = UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped)
    isMapped = false
    self.layout = layout
    try checkLabels(name, classCount: classCount)
  }

  /// `count` records in memory of their own, written by `body`.
  init(count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1) * Record.size, alignment: 64)
    body(UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * Record.size)]))
    base = UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped)
    self.count = count
    layout = .oneByte
    isMapped = false
  }

  deinit {
    let memory = UnsafeMutableRawPointer(mutating: base)
    if isMapped { munmap(memory, count * layout.size) } else { memory.deallocate() }
  }

  private static func count(bytes: Int, _ layout: RecordLayout, _ path: String) throws(CIFARError) -> Int {
    guard bytes > 0 else { throw .empty(path) }
    guard bytes % layout.size == 0 else { throw .truncated(path, size: bytes, recordSize: layout.size) }
    return bytes / layout.size
  }

  private func checkLabels(_ path: String, classCount: Int) throws(CIFARError) {
    for record in 0..<count where label(record) >= classCount {
      throw .label(path, record: record, found: label(record), classCount: classCount, layout: layout)
    }
  }

  func label(_ record: Int) -> Int { layout.label(base + record * layout.size) }

  /// The three planes of a record.
  func pixels(_ record: Int) -> UnsafePointer<UInt8> {
    (base + (record * layout.size + layout.prefix)).assumingMemoryBound(to: UInt8.self)
  }
}
