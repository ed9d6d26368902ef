import Foundation

/// C's words for numbers and tables.
enum CText {
  /// A float without any rounding.
  static func number(_ value: Float) -> String {
    value == 0 ? "0" : String(format: "%af", Double(value)).replacing("p+", with: "p")
  }

  static func table(_ type: String, _ name: String, _ values: [Float]) -> String {
    table(type, name, values.map(number), perLine: 8)
  }

  static func table(_ type: String, _ name: String, _ values: [Int]) -> String {
    table(type, name, values.map(String.init), perLine: 20)
  }

  /// A constant array; C has none without elements.
  private static func table(_ type: String, _ name: String, _ words: [String], perLine: Int) -> String {
    let words = words.isEmpty ? ["0"] : words
    let lines = stride(from: 0, to: words.count, by: perLine).map {
      words[$0..<min($0 + perLine, words.count)].joined(separator: ",")
    }
    return "static const \(type) \(name)[\(words.count)] = {\n\(lines.joined(separator: ",\n"))};\n"
  }

  /// Whether a word can name a function: a letter or underscore, then letters, digits and underscores.
  static func isName(_ word: String) -> Bool {
    guard let first = word.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return word.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
    }
  }
}
