/// A patch with a pattern, the figure of a built-in image.
///
/// It uses sums, products, roundings and square roots only, which every machine computes alike. A mirror shows the same
/// kind of pattern, so flipping keeps the class.
struct SyntheticFigure {
  enum Kind: String, CaseIterable {
    case plain, bars, lines, columns, threads, checkers, grains, diamonds, rings, dots
  }

  let kind: Kind
  /// Whether the patch is a square or a disc; tells nothing of the kind.
  let isSquare: Bool
  /// Half the width of the patch, in pixels.
  let radius: Float
  /// The pattern's length of repetition over that of its kind.
  let scale: Float
  /// Where the pattern starts, in lengths of repetition.
  let phase: SIMD2<Float>

  /// How far inside the figure the point (x, y) from its centre is, in pixels: positive inside, negative outside.
  @inline(__always)
  func depth(_ x: Float, _ y: Float) -> Float {
    let fromCentre = (x * x + y * y).squareRoot()
    let patch = radius - (isSquare ? max(abs(x), abs(y)) * 1.1 : fromCentre)
    switch kind {
    case .plain: return patch
    case .bars: return min(patch, band(y, 7.5, phase.y))
    case .lines: return min(patch, band(y, 4, phase.y))
    case .columns: return min(patch, band(x, 7.5, phase.x))
    case .threads: return min(patch, band(x, 4, phase.x))
    case .checkers: return min(patch, checker(x, y, 10))
    case .grains: return min(patch, checker(x, y, 5))
    case .diamonds: return min(patch, checker((x + y) * 0.70710678, (x - y) * 0.70710678, 8))
    case .rings: return min(patch, band(fromCentre, 6, phase.x))
    case .dots:
      let (dx, dy) = (distance(x, 6, phase.x), distance(y, 6, phase.y))
      return min(patch, 2 * scale - (dx * dx + dy * dy).squareRoot())
    }
  }

  /// The distance to the nearest multiple of the period.
  @inline(__always)
  private func distance(_ position: Float, _ period: Float, _ phase: Float) -> Float {
    let turns = position / (period * scale) + phase
    return abs(turns - turns.rounded()) * period * scale
  }

  /// Inside half of every period.
  @inline(__always)
  private func band(_ position: Float, _ period: Float, _ phase: Float) -> Float {
    period * scale / 4 - distance(position, period, phase)
  }

  /// Inside every second field of a board whose period is two fields.
  @inline(__always)
  private func checker(_ x: Float, _ y: Float, _ period: Float) -> Float {
    let (first, second) = (band(x, period, phase.x), band(y, period, phase.y))
    return first * second > 0 ? min(abs(first), abs(second)) : -min(abs(first), abs(second))
  }
}
