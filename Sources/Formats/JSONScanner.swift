/// A value of JSON with the place it stands at.
struct JSONNode {
  enum Value {
    /// In the order and with the duplicates of the text, which a dictionary would hide.
    case object([(key: String, value: JSONNode)])
    case array([JSONNode])
    case string(String)
    /// An integer without fraction or exponent that fits 64 bits.
    case integer(Int)
    /// Any other number, `true`, `false` or `null`.
    case other(String)
  }

  let value: Value
  /// The index of its first byte in the text.
  let offset: Int
}

/// A strict parser of JSON (RFC 8259) that says at which byte the text stops being JSON.
struct JSONScanner {
  struct Failure: Error {
    let offset: Int
    let found: String
    let expected: String
  }

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The one value that `bytes`, valid UTF-8, hold between white space.
  static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONNode {
    var scanner = JSONScanner(bytes)
    let node = try scanner.value(depth: 0)
    scanner.skipSpace()
    guard scanner.position == bytes.count else { throw scanner.failure("the end of the header") }
    return node
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONNode {
    skipSpace()
    let start = position
    // Deeper nesting would only serve to exhaust the stack.
    guard depth < 16 else { throw failure("at most 16 levels of brackets") }
    switch peek {
    case UInt8(ascii: "{"): return JSONNode(value: .object(try object(depth: depth)), offset: start)
    case UInt8(ascii: "["): return JSONNode(value: .array(try array(depth: depth)), offset: start)
    case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), offset: start)
    default: return JSONNode(value: try scalar(), offset: start)
    }
  }

  private mutating func object(depth: Int) throws(Failure) -> [(key: String, value: JSONNode)] {
    var members: [(key: String, value: JSONNode)] = []
    position += 1
    if take("}") { return members }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a name in quotation marks") }
      let key = try string()
      guard take(":") else { throw failure("a colon") }
      members.append((key, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw failure("a comma or a closing brace") }
    return members
  }

  private mutating func array(depth: Int) throws(Failure) -> [JSONNode] {
    var elements: [JSONNode] = []
    position += 1
    if take("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw failure("a comma or a closing bracket") }
    return elements
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("no control character in a string") }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: String(try escape()).utf8)
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard peek != nil else { throw failure("a closing quotation mark") }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    let simple: [UInt8: Unicode.Scalar] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
      UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    position += 1
    if let byte = peek, let scalar = simple[byte] {
      position += 1
      return scalar
    }
    let high = try codeUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, peek == UInt8(ascii: "\\") else { throw failure("a pair of surrogates") }
    position += 1
    let low = try codeUnit()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw failure("a low surrogate before here") }
    return scalar
  }

  /// The `uXXXX` of an escape.
  private mutating func codeUnit() throws(Failure) -> UInt32 {
    guard peek == UInt8(ascii: "u") else { throw failure("an escape that JSON knows") }
    position += 1
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  private mutating func scalar() throws(Failure) -> JSONNode.Value {
    let start = position
    while let byte = peek, !" \t\r\n,:[]{}\"".utf8.contains(byte) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    if ["true", "false", "null"].contains(word) { return .other(word) }
    if Self.isNumber(word) { return Int(word).map { .integer($0) } ?? .other(word) }
    position = start
    throw failure("a value")
  }

  /// Whether `word` follows RFC 8259's grammar of numbers, which is narrower than Swift's.
  private static func isNumber(_ word: String) -> Bool {
    var rest = word.utf8[...]
    func digits() -> Int {
      let run = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(run.count)
      return run.count
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let count = digits()
    guard count == 1 || count > 1 && !startsWithZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard digits() > 0 else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func failure(_ expected: String) -> Failure {
    let found = peek.map {
      (0x21...0x7E).contains($0)
        ? "\"\(Character(Unicode.Scalar($0)))\"" : "byte 0x\(String($0, radix: 16, uppercase: true))"
    }
    return Failure(offset: position, found: found ?? "the end of the header", expected: expected)
  }
}
