/// How a camera was held: the value of EXIF's tag 0x0112 (CIPA DC-008, "Orientation").
public enum Orientation: Int, Sendable, Equatable, CaseIterable {
  case upright = 1
  case mirrored
  case turnedHalf
  case upsideDown
  /// Row and column change places.
  case transposed
  /// To be turned a quarter clockwise.
  case turnedLeft
  case transversed
  /// To be turned a quarter counter-clockwise.
  case turnedRight

  /// Reads the orientation from EXIF data.
  ///
  /// - Parameter exif: a TIFF structure: the byte order, 42, where the first directory lies, and there two bytes with the number of
  ///   entries, twelve bytes each: tag, type, count, value.
  /// - Returns: nil where there is none, or the structure is unsound: then nobody can tell.
  init?(exif: UnsafeRawBufferPointer) {
    let isBigEndian: Bool
    switch exif.prefix(4).map({ $0 }) {
    case [0x4D, 0x4D, 0, 42]: isBigEndian = true
    case [0x49, 0x49, 42, 0]: isBigEndian = false
    default: return nil
    }
    func number(at place: Int, bytes: Int) -> Int? {
      guard place >= 0, place <= exif.count - bytes else { return nil }
      let digits = exif[place..<place + bytes]
      return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let count = number(at: directory, bytes: 2) else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(at: place, bytes: 2) else { return nil }
      // 3: a number of two bytes.
      guard tag == 0x0112, number(at: place + 2, bytes: 2) == 3 else { continue }
      self.init(rawValue: number(at: place + 8, bytes: 2) ?? 0)
      return
    }
    return nil
  }

  /// Which pixel of a square of `edge` pixels stands at (`x`, `y`) when the picture is seen as the camera was held.
  func source(x: Int, y: Int, edge: Int) -> (x: Int, y: Int) {
    let last = edge - 1
    return switch self {
    case .upright: (x, y)
    case .mirrored: (last - x, y)
    case .turnedHalf: (last - x, last - y)
    case .upsideDown: (x, last - y)
    case .transposed: (y, x)
    case .turnedLeft: (y, last - x)
    case .transversed: (last - y, last - x)
    case .turnedRight: (last - y, x)
    }
  }
}
