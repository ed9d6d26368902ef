/// What the header of a safetensors file says, proven to agree with itself and with the size of the file.
struct SafetensorsHeader: Sendable {
  struct Entry: Sendable {
    let name: String
    let type: TensorType
    let shape: [Int]
    /// Its bytes in the file's data, which follow the header.
    let range: Range<Int>
    /// Where the header gives the range, counted from the file's start.
    let offset: Int
  }

  /// The reference implementation's limit, in bytes.
  static let maximumLength = 100_000_000

  let metadata: [String: String]
  /// In the order of their data.
  let entries: [Entry]
  /// The first byte of the data, counted from the file's start.
  let dataStart: Int

  /// Reads the header of `file` and throws at its first lie.
  init(file: ReadableFile) throws(SafetensorsError) {
    guard file.size >= 8 else { throw SafetensorsError(path: file.path, offset: 0, .tooShort(size: file.size)) }
    let prefix = try SafetensorsError.wrapping(file.path) { () throws(FileError) in
      try file.read(UInt64.self, count: 1, at: 0)
    }
    let length = UInt64(littleEndian: prefix[0])
    guard length <= Self.maximumLength else {
      throw SafetensorsError(path: file.path, offset: 0, .headerTooLong(length: length))
    }
    guard length <= file.size - 8 else {
      throw SafetensorsError(path: file.path, offset: 0, .headerBeyondEnd(length: length, available: file.size - 8))
    }
    let text = try SafetensorsError.wrapping(file.path) { () throws(FileError) in
      try file.read(UInt8.self, count: Int(length), at: 8)
    }
    dataStart = 8 + Int(length)

    var reader = SafetensorsHeaderReader(path: file.path)
    try reader.read(text)
    metadata = reader.metadata
    entries = reader.entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkCoverage(path: file.path, dataSize: file.size - dataStart)
  }

  /// Proves that the tensors follow one another from the first to the last byte of the data.
  private func checkCoverage(path: String, dataSize: Int) throws(SafetensorsError) {
    var end = 0
    var previous = ""
    for entry in entries {
      let problem: SafetensorsError.Problem? =
        if entry.range.upperBound > dataSize {
          .outOfRange(entry.range, dataSize: dataSize)
        } else if entry.range.lowerBound < end {
          .overlap(with: previous)
        } else if entry.range.lowerBound > end {
          .gap(end..<entry.range.lowerBound)
        } else {
          nil
        }
      if let problem { throw SafetensorsError(path: path, tensor: entry.name, offset: entry.offset, problem) }
      end = entry.range.upperBound
      previous = entry.name
    }
    guard end == dataSize else {
      throw SafetensorsError(path: path, offset: dataStart + end, .trailingBytes(dataSize - end))
    }
  }
}

extension SafetensorsError {
  /// The result of `body`, with the file error it throws as a safetensors error.
  static func wrapping<Result>(
    _ path: String, _ body: () throws(FileError) -> Result
  ) throws(SafetensorsError) -> Result {
    do throws(FileError) {
      return try body()
    } catch {
      throw SafetensorsError(path: path, .file(error))
    }
  }
}
