import Formats
import Foundation

/// Records that lie one after another in memory: a mapped file, or an array.
///
/// `@unchecked Sendable`: the memory is never written to after the initializers.
final class RecordBlock: @unchecked Sendable {
  let count: Int
  private let layout: RecordLayout
  private let base: UnsafeRawPointer
  /// The file whose memory this is; nil for memory of its own.
  private let mapped: MappedFile?

  /// Maps the file at `path`, read-only and shared: the ranks of a node have its pages in memory once.
  init(path: String, layout: RecordLayout = .oneByte, classCount: Int) throws(CIFARError) {
    let file = try CIFARError.reading(path)
    count = try Self.count(bytes: file.size, layout, path)
    base = file.withBytes { bytes in
      let start = bytes.baseAddress.unsafelyUnwrapped
      // Training reads the images in random order, where the system would not read ahead.
      madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, MADV_WILLNEED)
      return start
    }
    mapped = file
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
    mapped = nil
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
    mapped = nil
  }

  deinit {
    if mapped == nil { UnsafeMutableRawPointer(mutating: base).deallocate() }
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
