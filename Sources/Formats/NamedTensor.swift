/// A tensor by name: its shape and its elements, row by row.
public struct NamedTensor: Sendable, Equatable {
  /// The elements of a tensor in one of the types that this package computes with.
  public enum Elements: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case int64([Int64])
    case uint64([UInt64])
    case uint8([UInt8])
    case bool([Bool])

    public var type: TensorType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .int32: .int32
      case .int64: .int64
      case .uint64: .uint64
      case .uint8: .uint8
      case .bool: .bool
      }
    }

    public var count: Int {
      switch self {
      case .float32(let elements): elements.count
      case .float64(let elements): elements.count
      case .int32(let elements): elements.count
      case .int64(let elements): elements.count
      case .uint64(let elements): elements.count
      case .uint8(let elements): elements.count
      case .bool(let elements): elements.count
      }
    }

    func write(to writer: borrowing FileWriter) throws(FileError) {
      switch self {
      case .float32(let elements): try writer.write(elements)
      case .float64(let elements): try writer.write(elements)
      case .int32(let elements): try writer.write(elements)
      case .int64(let elements): try writer.write(elements)
      case .uint64(let elements): try writer.write(elements)
      case .uint8(let elements): try writer.write(elements)
      case .bool(let elements): try writer.write(elements.map { $0 ? 1 : 0 } as [UInt8])
      }
    }
  }

  public let name: String
  /// Empty for a scalar.
  public let shape: [Int]
  public let elements: Elements

  public init(name: String, shape: [Int], elements: Elements) {
    self.name = name
    self.shape = shape
    self.elements = elements
  }
}
