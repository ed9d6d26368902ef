/// A file of named tensors in the safetensors format (https://github.com/huggingface/safetensors), opened for reading.
///
/// Opening it reads and proves the header; the tensors are read when asked for. It stays the same file when another takes
/// its name.
public struct SafetensorsFile: Sendable {
  private let file: ReadableFile
  private let header: SafetensorsHeader
  private let indices: [String: Int]

  /// Opens the file at `path`. Throws where it cannot be read, is truncated or says something that is not so.
  public init(path: String) throws(SafetensorsError) {
    file = try SafetensorsError.wrapping(path) { () throws(FileError) in try ReadableFile(path: path) }
    header = try SafetensorsHeader(file: file)
    indices = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// The names of its tensors in the order of their data.
  public var names: [String] { header.entries.map(\.name) }

  /// What the file says of itself.
  public var metadata: [String: String] { header.metadata }

  public func contains(_ name: String) -> Bool { indices[name] != nil }

  /// The shape of tensor `name`, empty for a scalar.
  public func shape(_ name: String) throws(SafetensorsError) -> [Int] { try entry(name).shape }

  public func type(_ name: String) throws(SafetensorsError) -> TensorType { try entry(name).type }

  /// Throws unless the file holds exactly the tensors `names`; the error lists those missing and those unexpected.
  public func require(exactly names: some Sequence<String>) throws(SafetensorsError) {
    let expected = Set(names)
    let missing = expected.filter { !contains($0) }.sorted()
    let unexpected = self.names.filter { !expected.contains($0) }
    guard missing.isEmpty, unexpected.isEmpty else {
      throw SafetensorsError(path: file.path, .names(missing: missing, unexpected: unexpected))
    }
  }

  /// Throws unless tensor `name` has this shape.
  public func require(shape: [Int], of name: String) throws(SafetensorsError) {
    let entry = try entry(name)
    guard entry.shape == shape else {
      throw SafetensorsError(path: file.path, tensor: name, .shape(found: entry.shape, expected: shape))
    }
  }

  /// The elements of tensor `name`, of type F32, F16, BF16 or F64, as `Float`, row by row; F64 is rounded to nearest.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let entry = try entry(name)
    switch entry.type {
    case .float32: return try read(entry)
    case .bfloat16: return try (read(entry) as [UInt16]).map { Float(bitPattern: UInt32($0) << 16) }
    case .float16: return try (read(entry) as [Float16]).map { Float($0) }
    case .float64: return try (read(entry) as [Double]).map { Float($0) }
    default: throw wrongType(entry, expected: [.float32, .float16, .bfloat16, .float64])
    }
  }

  /// The elements of tensor `name`, of an integer type or BOOL, as `Int64`, row by row.
  public func integers(_ name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try entry(name)
    switch entry.type {
    case .int64: return try read(entry)
    case .int32: return try (read(entry) as [Int32]).map(Int64.init)
    case .uint32: return try (read(entry) as [UInt32]).map(Int64.init)
    case .int16: return try (read(entry) as [Int16]).map(Int64.init)
    case .uint16: return try (read(entry) as [UInt16]).map(Int64.init)
    case .int8: return try (read(entry) as [Int8]).map(Int64.init)
    case .uint8, .bool: return try (read(entry) as [UInt8]).map(Int64.init)
    case .uint64:
      let elements: [UInt64] = try read(entry)
      if let large = elements.first(where: { $0 > Int64.max }) {
        throw SafetensorsError(path: file.path, tensor: name, .outsideInt64(large))
      }
      return elements.map { Int64($0) }
    default: throw wrongType(entry, expected: [.int64, .int32, .uint8])
    }
  }

  /// Tensor `name` in its own type, one of those of `NamedTensor.Elements`.
  public func tensor(_ name: String) throws(SafetensorsError) -> NamedTensor {
    let entry = try entry(name)
    let elements: NamedTensor.Elements =
      switch entry.type {
      case .float32: .float32(try read(entry))
      case .float64: .float64(try read(entry))
      case .int32: .int32(try read(entry))
      case .int64: .int64(try read(entry))
      case .uint64: .uint64(try read(entry))
      case .uint8: .uint8(try read(entry))
      case .bool: .bool(try (read(entry) as [UInt8]).map { $0 != 0 })
      default: throw wrongType(entry, expected: [.float32, .float64, .int32, .int64, .uint64, .uint8, .bool])
      }
    return NamedTensor(name: name, shape: entry.shape, elements: elements)
  }

  private func entry(_ name: String) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    guard let index = indices[name] else {
      throw SafetensorsError(path: file.path, .names(missing: [name], unexpected: []))
    }
    return header.entries[index]
  }

  private func read<Element: BitwiseCopyable>(_ entry: SafetensorsHeader.Entry) throws(SafetensorsError) -> [Element] {
    try SafetensorsError.wrapping(file.path) { () throws(FileError) in
      try file.read(
        Element.self, count: entry.range.count / MemoryLayout<Element>.stride,
        at: header.dataStart + entry.range.lowerBound)
    }
  }

  private func wrongType(_ entry: SafetensorsHeader.Entry, expected: [TensorType]) -> SafetensorsError {
    SafetensorsError(path: file.path, tensor: entry.name, .type(found: entry.type, expected: expected))
  }
}
