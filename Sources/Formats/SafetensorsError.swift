/// A safetensors file that does not hold what it says, or not what was asked of it.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    case file(FileError)
    /// The file ends before the 8 bytes of the header's length do.
    case tooShort(size: Int)
    case headerTooLong(length: UInt64)
    case headerBeyondEnd(length: UInt64, available: Int)
    case notText
    case notJSON(found: String, expected: String)
    case entry(String)
    case duplicateName
    case unknownType(String)
    case shapeOverflow([Int])
    case sizeMismatch(type: TensorType, shape: [Int], needed: Int, given: Int)
    case reversedOffsets(Int, Int)
    case outOfRange(Range<Int>, dataSize: Int)
    case overlap(with: String)
    case gap(Range<Int>)
    case trailingBytes(Int)
    case names(missing: [String], unexpected: [String])
    case shape(found: [Int], expected: [Int])
    case type(found: TensorType, expected: [TensorType])
    case outsideInt64(UInt64)
    case elementCount(Int, shape: [Int])
    case reservedName
  }

  public let path: String
  /// The tensor it is about, where it is about one.
  public let tensor: String?
  /// The byte of the file where the lie stands, where it stands at one.
  public let offset: Int?
  public let problem: Problem

  public init(path: String, tensor: String? = nil, offset: Int? = nil, _ problem: Problem) {
    self.path = path
    self.tensor = tensor
    self.offset = offset
    self.problem = problem
  }

  public var description: String {
    if case .file(let error) = problem { return error.description }
    let subject = [path] + (tensor.map { ["tensor \($0)"] } ?? []) + (offset.map { ["byte \($0)"] } ?? [])
    return "\(subject.joined(separator: ", ")): \(problem)"
  }
}

extension SafetensorsError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .tooShort(let size): "\(size) bytes are no safetensors file, which starts with the 8-byte length of its header"
    case .headerTooLong(let length):
      "a header of \(length) bytes is announced; more than \(SafetensorsHeader.maximumLength) make no safetensors file"
    case .headerBeyondEnd(let length, let available):
      "a header of \(length) bytes is announced, but \(available) follow: the file is truncated, or no safetensors file"
    case .notText: "the header is not UTF-8 text"
    case .notJSON(let found, let expected): "the header is not JSON: found \(found), expected \(expected)"
    case .entry(let what): what
    case .duplicateName: "this name occurs a second time"
    case .unknownType(let name):
      "unknown dtype \(name); known are \(TensorType.allCases.map(\.rawValue).joined(separator: " "))"
    case .shapeOverflow(let shape): "shape \(shape) has more elements than a file can hold"
    case .sizeMismatch(let type, let shape, let needed, let given):
      "shape \(shape) of \(type.rawValue) takes \(needed) bytes, but data_offsets span \(given)"
    case .reversedOffsets(let begin, let end): "data_offsets [\(begin), \(end)] end before they begin"
    case .outOfRange(let range, let size):
      "data_offsets [\(range.lowerBound), \(range.upperBound)] leave the file's \(size) bytes of data: it is truncated, "
        + "or its header is wrong"
    case .overlap(let other): "its data overlap those of tensor \(other)"
    case .gap(let range): "bytes \(range.lowerBound) to \(range.upperBound) of the data before it belong to no tensor"
    case .trailingBytes(let count): "\(count) bytes follow the last tensor"
    case .names(let missing, let unexpected):
      [("missing", missing), ("unexpected", unexpected)].filter { !$0.1.isEmpty }
        .map { "\($0.1.count) \($0.0) tensors (\(Self.sample($0.1)))" }.joined(separator: ", ")
        + "; is this a model of another architecture?"
    case .shape(let found, let expected): "its shape is \(found), expected \(expected)"
    case .type(let found, let expected):
      "its dtype is \(found.rawValue), expected \(expected.map(\.rawValue).joined(separator: " or "))"
    case .outsideInt64(let value): "\(value) does not fit a signed 64-bit integer"
    case .elementCount(let count, let shape): "\(count) elements do not make shape \(shape)"
    case .reservedName: "__metadata__ is the name of the file's metadata, not of a tensor"
    }
  }

  private static func sample(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
  }
}
