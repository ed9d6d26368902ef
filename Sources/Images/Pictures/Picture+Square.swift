extension Picture {
  /// The picture as the camera was held, scaled to a square: one plane each of red, green and blue, `[3][edge][edge]`.
  ///
  /// Every pixel is the mean of what it covers of the picture, rounded to nearest: a box filter by area, in which a pixel that lies
  /// across an edge counts by the part inside. The arithmetic is exact. Width and height are scaled by themselves: what is not
  /// square is squeezed, nothing is cut off.
  public func square(edge: Int) -> [UInt8] {
    let (columns, rows) = (AreaShares(from: width, to: edge), AreaShares(from: height, to: edge))
    // [edge][edge][3]: all sums stay below 255 · 2²⁶ · edge².
    var sums = [Int](repeating: 0, count: edge * edge * 3)
    var line = [Int](repeating: 0, count: edge * 3)
    pixels.withUnsafeBufferPointer { pixels in
      line.withUnsafeMutableBufferPointer { line in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<height {
            line.update(repeating: 0)
            for x in 0..<width {
              let place = 3 * (y * width + x)
              for target in columns.targets(of: x) {
                let share = columns.share(of: x, in: target)
                for channel in 0..<3 { line[3 * target + channel] += share * Int(pixels[place + channel]) }
              }
            }
            for target in rows.targets(of: y) {
              let share = rows.share(of: y, in: target)
              for place in 0..<3 * edge { sums[3 * edge * target + place] += share * line[place] }
            }
          }
        }
      }
    }
    let area = width * height
    var result = [UInt8](repeating: 0, count: 3 * edge * edge)
    for y in 0..<edge {
      for x in 0..<edge {
        let source = orientation.source(x: x, y: y, edge: edge)
        for channel in 0..<3 {
          let sum = sums[3 * (edge * source.y + source.x) + channel]
          result[edge * (edge * channel + y) + x] = UInt8((sum + area / 2) / area)
        }
      }
    }
    return result
  }
}

/// Which parts of `from` equal intervals lie in which of `to` equal ones over the same length.
///
/// In units of which an old interval has `to` and a new one `from`, all borders are whole numbers.
private struct AreaShares {
  let from: Int
  let to: Int

  init(from: Int, to: Int) {
    self.from = from
    self.to = to
  }

  /// The new intervals that share something with old interval `index`.
  @inline(__always)
  func targets(of index: Int) -> ClosedRange<Int> { index * to / from...((index + 1) * to - 1) / from }

  /// What they share, in units.
  @inline(__always)
  func share(of index: Int, in target: Int) -> Int {
    min((index + 1) * to, (target + 1) * from) - max(index * to, target * from)
  }
}
