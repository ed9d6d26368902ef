/// An RGB picture as a PNG file, for small ones: it is not compressed.
///
/// "Portable Network Graphics (PNG) Specification", third edition: signature, IHDR, one IDAT with a zlib stream (RFC 1950) of
/// stored blocks (RFC 1951), IEND.
public enum PNGImage {
  /// - Parameters:
  ///   - pixels: `[3][height][width]`, red, green, blue, from 0 to 255, as CIFAR's records have them.
  /// - Returns: the bytes of the file.
  public static func encode(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    precondition(pixels.count == 3 * width * height, "\(pixels.count) bytes for \(width)×\(height) pixels")
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (1 + 3 * width))
    for row in 0..<height {
      // The filter "none".
      rows.append(0)
      for column in 0..<width {
        for channel in 0..<3 { rows.append(pixels[(channel * height + row) * width + column]) }
      }
    }
    // Eight bits a sample, of red, green and blue, not interlaced.
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", header) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  /// A zlib stream of blocks that are stored as they are.
  private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    let size = 0xFFFF
    for start in stride(from: 0, to: max(1, bytes.count), by: size) {
      let block = bytes[start..<min(start + size, bytes.count)]
      let count = UInt16(block.count)
      result.append(start + size >= bytes.count ? 1 : 0)
      for number in [count, ~count] { result += [UInt8(number & 0xFF), UInt8(number >> 8)] }
      result += block
    }
    return result + bigEndian(adler32(bytes))
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }
}
