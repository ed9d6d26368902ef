/// PNG pictures, whose chunks somebody changed and gave the right checksums.
struct PNGParser: FuzzedParser {
  static let name = "png"
  /// A byte of deflate may stand for 8,256 pixels of a bit each.
  static let bytesAllowed = (fixed: 8 << 20, each: 1 << 16)

  let seeds: [[UInt8]]

  init() throws {
    seeds = try PictureSeeds.files([
      "black-and-white.png", "exact.png", "grey-16.png", "grey-alpha.png", "grey.png", "line.png", "one.png",
      "palette-transparent.png", "palette.png", "rgb.png", "small.png", "transparent-colour.png", "turned.png",
    ])
  }

  private struct Chunk {
    var name: [UInt8]
    var data: [UInt8]
    /// Instead of its own.
    var claimedLength: Int?
    var hasWrongChecksum = false
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    var chunks = Self.chunks(input)
    guard chunks.count > 1, !mutator.chance(1, in: 8) else { return mutator.changeBytes(&input) }
    let place = mutator.integer(below: chunks.count)
    switch mutator.integer(below: 10) {
    case 0: Self.changeHeader(&chunks[0].data, &mutator)
    case 1, 2:
      Self.changeHeader(&chunks[0].data, &mutator)
      Self.replacePixels(&chunks, &mutator)
    case 3: Self.replacePixels(&chunks, &mutator)
    case 4: mutator.changeBytes(&chunks[place].data)
    case 5: chunks.insert(chunks[place], at: mutator.integer(below: chunks.count + 1))
    case 6: chunks.remove(at: place)
    case 7: chunks[place].name = Array((mutator.pick(Self.names) ?? "IDAT").utf8)
    case 8:
      let data = (0..<mutator.integer(below: 64)).map { _ in UInt8(mutator.integer(below: 256)) }
      chunks.insert(Chunk(name: Array((mutator.pick(Self.names) ?? "tEXt").utf8), data: data), at: 1)
    default:
      if mutator.chance(1, in: 2) {
        chunks[place].claimedLength = mutator.pick([0, 1, 1 << 16, 8_000_000, 1 << 31 - 1, 1 << 31])
      } else {
        chunks[place].hasWrongChecksum = true
      }
    }
    input = Self.signature + chunks.flatMap(Self.bytes)
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let names = [
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf", "zTXt", "iTXt", "tEXt", "iCCP", "sPLT", "hIST", "bKGD", "sBIT",
    "gAMA",
    "pHYs", "acTL", "ABCD", "abcd", "\u{1}\u{2}\u{3}\u{4}",
  ]

  /// Width, height, depth, kind, compression, filter, interlacing.
  private static func changeHeader(_ header: inout [UInt8], _ mutator: inout Mutator) {
    guard header.count == 13 else { return mutator.changeBytes(&header) }
    switch mutator.integer(below: 5) {
    case 0, 1:
      let edge = mutator.pick(PictureSeeds.edges) ?? 0
      let place = 4 * mutator.integer(below: 2)
      header.replaceSubrange(place..<place + 4, with: bigEndian(edge))
    case 2: header[8] = UInt8(mutator.pick([0, 1, 2, 4, 8, 16, 32]) ?? 0)
    case 3: header[9] = UInt8(mutator.integer(below: 8))
    default: header[10 + mutator.integer(below: 3)] = UInt8(mutator.integer(below: 3))
    }
  }

  /// Puts pixels that are not compressed, as many as the header asks for, or nearly, in place of those that are there.
  private static func replacePixels(_ chunks: inout [Chunk], _ mutator: inout Mutator) {
    guard let first = chunks.firstIndex(where: { $0.name == Array("IDAT".utf8) }), chunks[0].data.count == 13 else {
      return
    }
    let header = chunks[0].data
    func edge(_ place: Int) -> Int { header[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    let channels = [1, 0, 3, 1, 2, 0, 4][Int(header[9]) % 7]
    let (row, overflow) = edge(0).multipliedReportingOverflow(by: channels * Int(header[8]))
    let (size, isTooLarge) = (1 + row / 8).multipliedReportingOverflow(by: edge(4))
    guard !overflow, !isTooLarge, size <= 1 << 14 else { return }
    let count = max(0, size + mutator.integer(below: 5) - 2)
    let filters = mutator.integer(below: 6)
    let pixels = (0..<count).map { place in
      UInt8(truncatingIfNeeded: place % (1 + row / 8) == 0 ? filters : mutator.integer(below: 256))
    }
    chunks.removeAll { $0.name == Array("IDAT".utf8) }
    let stream = zlib(pixels)
    let middle = mutator.integer(below: stream.count)
    let parts = mutator.chance(1, in: 2) ? [stream] : [Array(stream[..<middle]), Array(stream[middle...])]
    chunks.insert(contentsOf: parts.map { Chunk(name: Array("IDAT".utf8), data: $0) }, at: min(first, chunks.count))
  }

  private static func chunks(_ file: [UInt8]) -> [Chunk] {
    var chunks: [Chunk] = []
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard place + 12 + length <= file.count else { break }
      chunks.append(
        Chunk(name: Array(file[place + 4..<place + 8]), data: Array(file[place + 8..<place + 8 + length])))
      place += 12 + length
    }
    return chunks
  }

  private static func bytes(_ chunk: Chunk) -> [UInt8] {
    let body = chunk.name + chunk.data
    let checksum = Int(crc32(body)) ^ (chunk.hasWrongChecksum ? 1 : 0)
    return bigEndian(chunk.claimedLength ?? chunk.data.count) + body + bigEndian(checksum)
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// One block that is stored as it is (RFC 1950, RFC 1951).
  private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return [0x78, 0x01, 1] + [count, ~count].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + bytes
      + bigEndian(high << 16 | low)
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  func read(_ input: [UInt8]) throws { try PictureSeeds.read(input) }
}
