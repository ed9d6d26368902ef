import Formats
import Testing

/// Bits and Rice codes, and half-precision numbers.
struct BitStreamTests {
  private func reading(_ bytes: [UInt8], _ body: (inout BitReader) throws -> Void) throws {
    try bytes.withUnsafeBytes { bytes in
      var reader = BitReader(bytes)
      try body(&reader)
    }
  }

  @Test func theFirstBitIsTheLowest() {
    var writer = BitWriter()
    writer.write(0b1, bits: 1)
    writer.write(0b10, bits: 2)
    writer.write(0x1FF, bits: 8)
    writer.finish()
    // 1, then 0 and 1, then eight ones: 1 01 11111 | 111.
    #expect(writer.bytes == [0b1111_1101, 0b0000_0111])
    // Zeros and a one, then the lowest bits: 11 with parameter 2 is 001 11.
    writer = BitWriter()
    writer.writeRice(11, parameter: 2)
    writer.finish()
    #expect(writer.bytes == [0b0001_1100])
  }

  @Test(arguments: [0, 1, 5, 24]) func riceCodesComeBack(parameter: Int) throws {
    let numbers: [UInt32] = [0, 1, 2, 31, 32, 33, 63, 64, 1_000, 4_095, 100, 7]
    var writer = BitWriter()
    for number in numbers {
      writer.writeRice(number, parameter: parameter)
      writer.write(number, bits: 32)
    }
    writer.finish()
    try reading(writer.bytes) { reader in
      for number in numbers {
        let (code, plain) = (try reader.readRice(parameter: parameter, limit: 4_095), try reader.read(bits: 32))
        #expect(code == number && plain == number)
      }
      #expect(reader.remaining < 8)
      #expect(throws: BitReader.Failure.end) { try reader.read(bits: 8) }
    }
  }

  @Test func theShortestCodeIsChosen() {
    func length(_ numbers: [UInt32], _ parameter: Int) -> Int {
      var writer = BitWriter()
      for number in numbers { writer.writeRice(number, parameter: parameter) }
      return writer.bytes.count
    }
    let lists: [[UInt32]] = [
      [UInt32](repeating: 0, count: 400), (0..<400).map { $0 * 7 % 61 }, (0..<400).map { $0 * 1_009 % 50_021 },
    ]
    for numbers in lists {
      let best = RiceCode.bestParameter(for: numbers)
      #expect((0...24).allSatisfy { length(numbers, $0) >= length(numbers, best) })
    }
    #expect(RiceCode.bestParameter(for: []) == 0)
  }

  @Test func codesBeyondTheLimitAreRefused() throws {
    var writer = BitWriter()
    writer.writeRice(100, parameter: 1)
    writer.finish()
    try reading(writer.bytes) { reader in
      #expect(throws: BitReader.Failure.tooLarge) { try reader.readRice(parameter: 1, limit: 99) }
    }
    try reading([0, 0, 0]) { reader in
      #expect(throws: BitReader.Failure.end) { try reader.readRice(parameter: 0, limit: .max) }
    }
    try reading([0, 0, 0]) { reader in
      #expect(throws: BitReader.Failure.tooLarge) { try reader.readRice(parameter: 24, limit: 1 << 20) }
    }
  }
}
