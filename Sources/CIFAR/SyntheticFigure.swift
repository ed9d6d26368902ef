/// A figure of the built-in images: what shows at which point of a plane that it fills from -1 to 1.
///
/// It uses sums, products and roundings only, which every machine computes alike. All kinds look the same in a mirror, so
/// flipping keeps the class.
struct SyntheticFigure {
  enum Kind: String, CaseIterable {
    case disc, ring, square, frame, triangle, plus, saltire, bars, columns, checkers
  }

  let kind: Kind

  /// How far inside the figure (x, y) is: positive inside, negative outside, in the plane's unit.
  @inline(__always)
  func depth(_ x: Float, _ y: Float) -> Float {
    let (absoluteX, absoluteY) = (abs(x), abs(y))
    switch kind {
    case .disc: return 0.95 - (x * x + y * y).squareRoot()
    case .ring: return 0.22 - abs((x * x + y * y).squareRoot() - 0.75)
    case .square: return 0.82 - max(absoluteX, absoluteY)
    case .frame: return 0.18 - abs(max(absoluteX, absoluteY) - 0.68)
    case .triangle: return min(0.75 - y, (y + 1.05) * 0.45 - absoluteX * 0.85)
    case .plus: return min(1 - max(absoluteX, absoluteY), 0.28 - min(absoluteX, absoluteY))
    case .saltire:
      return min(0.88 - max(absoluteX, absoluteY), 0.24 - abs(absoluteX - absoluteY) * 0.70710678)
    case .bars: return min(0.95 - max(absoluteX, absoluteY), 0.17 - Self.distanceToLine(y))
    case .columns: return min(0.95 - max(absoluteX, absoluteY), 0.17 - Self.distanceToLine(x))
    case .checkers:
      let (cellX, cellY) = (Self.distanceToLine(x) - 0.165, Self.distanceToLine(y) - 0.165)
      let side = cellX * cellY > 0 ? min(abs(cellX), abs(cellY)) : -min(abs(cellX), abs(cellY))
      return min(0.98 - max(absoluteX, absoluteY), side)
    }
  }

  /// The distance to the nearest of the lines at …, -0.66, 0, 0.66, ….
  @inline(__always)
  private static func distanceToLine(_ position: Float) -> Float {
    abs(position - (position / 0.66).rounded() * 0.66)
  }
}
