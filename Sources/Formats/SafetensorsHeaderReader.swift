/// Turns the text of a safetensors header into entries, each of them sound by itself.
struct SafetensorsHeaderReader {
  let path: String
  private(set) var metadata: [String: String] = [:]
  /// In the order of the text.
  private(set) var entries: [SafetensorsHeader.Entry] = []

  init(path: String) { self.path = path }

  /// Reads `text`, the file's bytes from 8 on.
  mutating func read(_ text: [UInt8]) throws(SafetensorsError) {
    guard String(validating: text, as: UTF8.self) != nil else { throw error(at: 0, .notText) }
    let root: JSONNode
    do throws(JSONScanner.Failure) {
      root = try JSONScanner.parse(text)
    } catch {
      throw self.error(at: error.offset, .notJSON(found: error.found, expected: error.expected))
    }
    guard case .object(let members) = root.value else {
      throw error(at: root.offset, .entry("the header is JSON, but no object of tensors by name"))
    }
    var names = Set<String>()
    for (name, node) in members {
      guard names.insert(name).inserted else { throw error(name, at: node.offset, .duplicateName) }
      if name == "__metadata__" {
        metadata = try readMetadata(node)
      } else {
        entries.append(try readEntry(name, node))
      }
    }
  }

  private func readMetadata(_ node: JSONNode) throws(SafetensorsError) -> [String: String] {
    if case .other("null") = node.value { return [:] }
    guard case .object(let members) = node.value else {
      throw error(at: node.offset, .entry("__metadata__ is no object of texts"))
    }
    var metadata: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value.value else {
        throw error(at: value.offset, .entry("__metadata__ gives for \(key) something else than a text"))
      }
      metadata[key] = text
    }
    return metadata
  }

  private func readEntry(_ name: String, _ node: JSONNode) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    guard case .object(let members) = node.value else {
      throw error(name, at: node.offset, .entry("its entry is no object with dtype, shape and data_offsets"))
    }
    let fields = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    func field(_ key: String) throws(SafetensorsError) -> JSONNode {
      guard let field = fields[key] else { throw error(name, at: node.offset, .entry("its entry lacks \(key)")) }
      return field
    }

    let typeNode = try field("dtype")
    guard case .string(let typeName) = typeNode.value else {
      throw error(name, at: typeNode.offset, .entry("its dtype is no text"))
    }
    guard let type = TensorType(rawValue: typeName) else {
      throw error(name, at: typeNode.offset, .unknownType(typeName))
    }
    let shapeNode = try field("shape")
    let shape = try integers(shapeNode, "shape", of: name)
    let offsetsNode = try field("data_offsets")
    let offsets = try integers(offsetsNode, "data_offsets", of: name)
    guard offsets.count == 2 else {
      throw error(name, at: offsetsNode.offset, .entry("its data_offsets are \(offsets.count) numbers, expected 2"))
    }
    guard offsets[0] <= offsets[1] else {
      throw error(name, at: offsetsNode.offset, .reversedOffsets(offsets[0], offsets[1]))
    }
    guard let needed = Self.byteCount(of: shape, type) else {
      throw error(name, at: shapeNode.offset, .shapeOverflow(shape))
    }
    guard needed == offsets[1] - offsets[0] else {
      throw error(
        name, at: offsetsNode.offset,
        .sizeMismatch(type: type, shape: shape, needed: needed, given: offsets[1] - offsets[0]))
    }
    return SafetensorsHeader.Entry(
      name: name, type: type, shape: shape, range: offsets[0]..<offsets[1], offset: 8 + offsetsNode.offset)
  }

  private func integers(_ node: JSONNode, _ field: String, of name: String) throws(SafetensorsError) -> [Int] {
    guard case .array(let elements) = node.value else {
      throw error(name, at: node.offset, .entry("its \(field) is no list of numbers"))
    }
    var integers: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element.value, integer >= 0 else {
        throw error(name, at: element.offset, .entry("its \(field) holds something else than a whole number from 0 on"))
      }
      integers.append(integer)
    }
    return integers
  }

  /// The bytes that a tensor of this shape takes, or nil beyond what 63 bits count.
  static func byteCount(of shape: [Int], _ type: TensorType) -> Int? {
    var count = type.size
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count
  }

  private func error(
    _ tensor: String? = nil, at offset: Int, _ problem: SafetensorsError.Problem
  ) -> SafetensorsError {
    SafetensorsError(path: path, tensor: tensor, offset: 8 + offset, problem)
  }
}
