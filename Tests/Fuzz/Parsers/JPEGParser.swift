/// JPEG pictures, whose segments somebody changed.
struct JPEGParser: FuzzedParser {
  static let name = "jpeg"
  /// A bit may stand for a block of 64 pixels, or of some more where colours are coarser.
  static let bytesAllowed = (fixed: 8 << 20, each: 1 << 16)

  let seeds: [[UInt8]]

  init() throws {
    seeds = try PictureSeeds.files([
      "cmyk.jpg", "grey.jpg", "progressive.jpg", "rgb-444.jpg", "rgb.jpg", "turned-1.jpg", "turned-6.jpg",
    ])
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    let segments = Self.segments(input)
    guard let segment = mutator.pick(segments), !mutator.chance(1, in: 8) else { return mutator.changeBytes(&input) }
    switch mutator.integer(below: 10) {
    case 0, 1, 2:
      guard let frame = segments.first(where: { Self.isFrame(input[$0.lowerBound + 1]) && $0.count >= 13 }) else {
        return mutator.changeBytes(&input)
      }
      Self.changeFrame(&input, frame, &mutator)
    case 3: input.removeSubrange(segment)
    case 4: input.insert(contentsOf: input[segment], at: segment.lowerBound)
    case 5: input.insert(contentsOf: input[segment], at: (mutator.pick(segments) ?? segment).lowerBound)
    case 6:
      guard segment.count > 4 else { return mutator.changeBytes(&input) }
      let place = segment.lowerBound + 4 + mutator.integer(below: segment.count - 4)
      input[place] = UInt8(mutator.pick([0, 1, 2, 0x10, 0x11, 0x3F, 0x40, 0xFF, mutator.integer(below: 256)]) ?? 0)
    case 7:
      // What the pixels are coded by, and which kind of segment this is.
      input[segment.lowerBound + 1] = UInt8(
        mutator.pick([0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, 0xD9, 0xE1, 0xEE, 0xFE])
          ?? 0)
    case 8:
      // Marks of restarts where there are none to be, or the other way round.
      let interval = mutator.pick([[0, 0], [0, 1], [0, 7], [0xFF, 0xFF]] as [[UInt8]]) ?? []
      input.insert(contentsOf: [0xFF, 0xDD, 0, 4] + interval, at: segment.lowerBound)
    default:
      let last = segments.last?.upperBound ?? 0
      guard last < input.count else { return mutator.changeBytes(&input) }
      let place = last + mutator.integer(below: input.count - last)
      input[place] = UInt8(mutator.integer(below: 256))
      if mutator.chance(1, in: 4) { input.removeSubrange(place..<min(place + mutator.integer(below: 64), input.count)) }
    }
  }

  /// Depth, height, width, and for each component its number, its sampling and its table.
  private static func changeFrame(_ input: inout [UInt8], _ frame: Range<Int>, _ mutator: inout Mutator) {
    let place = frame.lowerBound + 4
    switch mutator.integer(below: 6) {
    case 0, 1, 2:
      let edge = mutator.pick(PictureSeeds.edges) ?? 0
      let at = place + 1 + 2 * mutator.integer(below: 2)
      (input[at], input[at + 1]) = (UInt8(truncatingIfNeeded: edge >> 8), UInt8(truncatingIfNeeded: edge))
    case 3: input[place + 5] = UInt8(mutator.integer(below: 6))
    case 4: input[place] = UInt8(mutator.pick([0, 1, 8, 12, 16]) ?? 8)
    default:
      let component = mutator.integer(below: (frame.count - 10) / 3)
      let sampling = mutator.pick([0, 0x11, 0x12, 0x14, 0x21, 0x22, 0x41, 0x42, 0x44, 0x33, 0xFF]) ?? 0
      input[place + 7 + 3 * component] = UInt8(sampling)
    }
  }

  private static func isFrame(_ marker: UInt8) -> Bool {
    0xC0...0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker)
  }

  /// The segments with a length, up to and with the first scan's head.
  private static func segments(_ file: [UInt8]) -> [Range<Int>] {
    var segments: [Range<Int>] = []
    var place = 2
    while place + 4 <= file.count, file[place] == 0xFF, segments.last.map({ file[$0.lowerBound + 1] != 0xDA }) ?? true {
      let end = place + 2 + Int(file[place + 2]) << 8 + Int(file[place + 3])
      guard end <= file.count, end >= place + 4 else { break }
      segments.append(place..<end)
      place = end
    }
    return segments
  }

  func read(_ input: [UInt8]) throws { try PictureSeeds.read(input) }
}
