import RandomNumbers

/// Changes bytes at random: blindly, or where the text of JSON and its like has its joints.
struct Mutator {
  private var random: RandomStream

  /// The changes of input `number`, which depend on nothing but the two numbers.
  init(seed: UInt64, number: Int) {
    random = RandomStream(seed: seed, purpose: .synthetic, epoch: number >> 32, index: number)
  }

  /// An integer from 0 to `bound` - 1; 0 where there is none.
  mutating func integer(below bound: Int) -> Int {
    bound > 1 ? Int(random.integer(below: UInt32(clamping: bound))) : 0
  }

  /// True `part` times in `whole`.
  mutating func chance(_ part: Int, in whole: Int) -> Bool { integer(below: whole) < part }

  /// One of `choices`; nil where there are none.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice? {
    choices.isEmpty ? nil : choices[integer(below: choices.count)]
  }

  /// A range of 1 to `longest` places within `count`, short ones more often; empty where `count` is 0.
  private mutating func run(in count: Int, longest: Int) -> Range<Int> {
    guard count > 0 else { return 0..<0 }
    let length = 1 + integer(below: 1 + integer(below: min(longest, count)))
    let start = integer(below: count - length + 1)
    return start..<start + length
  }

  /// One change that knows nothing of what the bytes mean.
  mutating func changeBytes(_ bytes: inout [UInt8]) {
    let place = integer(below: bytes.count)
    switch integer(below: 8) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(integer(below: 8))
    case 1 where !bytes.isEmpty: bytes[place] = pick([0, 1, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF]) ?? 0
    case 2: bytes.insert(UInt8(integer(below: 256)), at: place)
    case 3: bytes.removeSubrange(run(in: bytes.count, longest: 64))
    case 4: bytes.insert(contentsOf: bytes[run(in: bytes.count, longest: 64)], at: place)
    case 5: bytes.removeSubrange(place...)
    case 6: changeInteger(&bytes, at: place)
    default: bytes.append(contentsOf: [UInt8](repeating: UInt8(integer(below: 256)), count: integer(below: 64)))
    }
  }

  /// Writes an integer of 8 bytes, the lowest first, over those from `place` on.
  private mutating func changeInteger(_ bytes: inout [UInt8], at place: Int) {
    guard place + 8 <= bytes.count else { return }
    let value = pick([0, 1, 8, 9, 0xFF, 99_999_999, 100_000_001, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max] as [UInt64])
    for byte in 0..<8 { bytes[place + byte] = UInt8(truncatingIfNeeded: (value ?? 0) >> UInt64(8 * byte)) }
  }

  /// One change of a text: of a word between two joints, or of a value with all that its brackets hold.
  ///
  /// - Parameter words: what such texts are made of.
  mutating func changeText(_ text: inout [UInt8], words: [String]) {
    guard !text.isEmpty, !chance(1, in: 6) else { return changeBytes(&text) }
    let here = chance(1, in: 4) ? bracketed(around: integer(below: text.count), text) : word(text)
    switch integer(below: 8) {
    case 0, 1: text.replaceSubrange(here, with: Array((pick(words) ?? "").utf8))
    case 2, 3: text.replaceSubrange(here, with: Array((pick(Self.values) ?? "").utf8))
    case 4: text.replaceSubrange(here, with: text[word(text)])
    case 5: text.removeSubrange(here)
    case 6: text.insert(contentsOf: text[here] + [UInt8(ascii: ",")], at: here.lowerBound)
    default: text.insert(contentsOf: Array((pick(Self.joints) ?? "").utf8), at: here.lowerBound)
    }
  }

  /// A run of bytes between two joints.
  private mutating func word(_ text: [UInt8]) -> Range<Int> {
    let isJoint = { (byte: UInt8) in Self.joint.contains(byte) }
    var start = integer(below: text.count)
    while start < text.count && isJoint(text[start]) { start += 1 }
    var end = start
    while start > 0 && !isJoint(text[start - 1]) { start -= 1 }
    while end < text.count && !isJoint(text[end]) { end += 1 }
    return start..<end
  }

  /// From the nearest opening bracket before `place` to the one that closes it.
  private func bracketed(around place: Int, _ text: [UInt8]) -> Range<Int> {
    let isOpening = { (byte: UInt8) in byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }
    guard let start = text[...place].lastIndex(where: isOpening) else { return place..<place }
    var depth = 0
    for index in start..<text.count {
      if isOpening(text[index]) { depth += 1 }
      if text[index] == UInt8(ascii: "}") || text[index] == UInt8(ascii: "]") { depth -= 1 }
      if depth == 0 { return start..<index + 1 }
    }
    return start..<text.count
  }

  private static let joint: Set<UInt8> = Set(" \t\n,:{}[]\"".utf8)
  private static let joints = [
    "{", "}", "[", "]", "\"", ",", ":", "\\", "\n", "\\u", "[[", "{\"\":", "\\ud800", "\u{0}", "é", "\u{FEFF}", "//",
  ]
  private static let values = [
    "0", "1", "-1", "-0", "2", "3", "16", "64", "255", "65536", "2147483648", "4294967296", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "18446744073709551615", "4611686018427387904", "0.5", "1e3", "1e999",
    "-1e999", "1e-999", "1.0", "NaN", "nan", "inf", "null", "true", "false", "\"\"", "[]", "{}", "\"a\"", "[0]",
    "[1,2]",
    "01", "+1", ".5", "1.", "0x10", "1_000", "99999999999999999999999999999999999",
  ]
}
