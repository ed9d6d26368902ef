import Testing

import Export

/// The checksum is the one that `xxh128sum` prints: known answers of the reference implementation.
struct PackedChecksumTests {
  private func hexadecimal(_ text: String) -> String {
    let bytes = Array(text.utf8).withUnsafeBytes { PackedLayout.checksum($0) }
    return bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  @Test func knownAnswers() {
    #expect(hexadecimal("") == "99aa06d3014798d86001c324468d497f")
    #expect(hexadecimal("a") == "a96faf705af16834e6c632b61e964e1f")
    #expect(hexadecimal("abc") == "06b05ab6733a618578af5f94892f3950")
  }
}
