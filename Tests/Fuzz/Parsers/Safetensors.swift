import Formats

/// The form of a safetensors file, for those that make some.
enum Safetensors {
  struct Tensor {
    var name: String
    var type: String
    var shape: [Int]

    /// The bytes that it takes; 0 where they cannot be counted.
    var bytes: Int {
      shape.reduce(TensorType(rawValue: type)?.size ?? 1) { bytes, length in
        let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
        return overflow ? 0 : product
      }
    }
  }

  /// The length of the header in eight bytes, the header, the data.
  static func file(header: [UInt8], data: [UInt8]) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }

  /// The length of the header, where the file says one that it holds.
  static func headerLength(_ file: [UInt8]) -> Int? {
    guard file.count >= 8 else { return nil }
    let length = file[..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return length <= UInt64(file.count - 8) ? Int(length) : nil
  }

  /// A header with these tensors one after another, and the bytes of their data.
  static func header(_ tensors: [Tensor]) -> (text: [UInt8], dataSize: Int) {
    var end = 0
    let entries = tensors.map { tensor in
      let start = end
      end &+= tensor.bytes
      return "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
        + "\"data_offsets\":[\(start),\(end)]}"
    }
    return (Array("{\(entries.joined(separator: ","))}".utf8), end)
  }

  /// Changes one tensor, or how many there are, and leaves the file sound if it was.
  static func change(_ tensors: inout [Tensor], _ mutator: inout Mutator) {
    guard !tensors.isEmpty else { return }
    let place = mutator.integer(below: tensors.count)
    switch mutator.integer(below: 6) {
    case 0, 1: tensors[place].shape = mutator.pick(tensors)?.shape ?? []
    case 2:
      let axis = mutator.integer(below: tensors[place].shape.count)
      let length = mutator.pick([0, 1, 2, 3, 7, 10, 16, 64, 1 << 20, 1 << 40, 1 << 62, .max]) ?? 0
      if tensors[place].shape.isEmpty { tensors[place].shape = [length] } else { tensors[place].shape[axis] = length }
      // Without elements a tensor takes no bytes, and its other lengths cost nothing to claim.
      if mutator.chance(1, in: 2) { tensors[place].shape.append(0) }
    case 3: tensors[place].type = mutator.pick(TensorType.allCases)?.rawValue ?? ""
    case 4: tensors.remove(at: place)
    default: tensors.append(Tensor(name: mutator.pick(names) ?? "", type: tensors[place].type, shape: [0, 1 << 60]))
    }
  }

  private static let names = ["", "a", "\\u0000", "é", "e\\u0301", "\\ud83d\\ude00", "fc.weight", "/", " "]

  static let words =
    [
      "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "dtype", "shape", "data_offsets", "[0,0]",
      "[0,4]",
    ]
    + TensorType.allCases.map { "\"\($0.rawValue)\"" }
}
