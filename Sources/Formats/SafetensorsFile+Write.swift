extension SafetensorsFile {
  /// Writes `tensors` and `metadata` to a safetensors file at `path`, atomically, byte for byte as the reference
  /// implementation does: by falling type, then by name; the header padded with spaces to a multiple of 8 bytes. (The
  /// reference writes several metadata in a random order; here they are sorted.)
  ///
  /// Throws for a name given twice, elements that do not make the shape, or a file that cannot be written; the file that
  /// was there before is then untouched.
  public static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
  ) throws(SafetensorsError) {
    let sorted = tensors.sorted { first, second in
      let (left, right) = (first.elements.type.rank, second.elements.type.rank)
      return left == right ? first.name.utf8.lexicographicallyPrecedes(second.name.utf8) : left > right
    }
    let header = try header(sorted, metadata: metadata, path: path)
    try SafetensorsError.wrapping(path) { () throws(FileError) in
      try AtomicFile.write(to: path) { writer throws(FileError) in
        try writer.write([UInt64(header.count).littleEndian])
        try writer.write(header)
        for tensor in sorted { try tensor.elements.write(to: writer) }
      }
    }
  }

  private static func header(
    _ tensors: [NamedTensor], metadata: [String: String], path: String
  ) throws(SafetensorsError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var names = Set<String>()
    var offset = 0
    for tensor in tensors {
      let type = tensor.elements.type
      let bytes = tensor.elements.count * type.size
      let problem: SafetensorsError.Problem? =
        if tensor.name == "__metadata__" {
          .reservedName
        } else if !names.insert(tensor.name).inserted {
          .duplicateName
        } else if tensor.shape.contains(where: { $0 < 0 })
          || SafetensorsHeaderReader.byteCount(of: tensor.shape, type) != bytes
        {
          .elementCount(tensor.elements.count, shape: tensor.shape)
        } else {
          nil
        }
      if let problem { throw SafetensorsError(path: path, tensor: tensor.name, problem) }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + bytes)]}")
      offset += bytes
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: -header.count & 7)
    return header
  }

  /// `text` as a string of JSON, escaped as the reference implementation escapes it.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{8}": quoted += "\\b"
      case "\u{C}": quoted += "\\f"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
