import RandomNumbers

/// One of the built-in images. What it shows is a pure function of its kind, part and index.
struct SyntheticImage {
  typealias Colour = SIMD3<Float>

  private var stream: RandomStream
  private let figure: SyntheticFigure

  init(kind: SyntheticFigure.Kind, part: Int, index: Int) {
    // The seed is fixed: these images are as fixed as a file would be.
    stream = RandomStream(seed: 0x5359_4E54_4845_5449, purpose: .synthetic, epoch: part, index: index)
    figure = SyntheticFigure(kind: kind)
  }

  /// Draws the three planes of a record.
  mutating func draw(into record: UnsafeMutableRawBufferPointer) {
    let edge = Record.edge
    withUnsafeTemporaryAllocation(of: Colour.self, capacity: Record.plane) { canvas in
      let ground = drawBackground(canvas)
      for _ in 0..<3 { drawClutter(canvas) }
      drawFigure(canvas, against: ground)
      let noise = 10 + 22 * stream.uniform()
      for position in 0..<Record.plane {
        for channel in 0..<Record.channels {
          // The sum of four bytes of one word is near enough to normal.
          let word = stream.nextWord()
          let sum = (word & 0xFF) + (word >> 8 & 0xFF) + (word >> 16 & 0xFF) + word >> 24
          let value = canvas[position][channel] + noise * (Float(sum) - 510) / 148
          record[channel * edge * edge + position] = UInt8(min(255, max(0, value)))
        }
      }
    }
  }

  /// A plane of colour that changes from corner to corner; returns its colour in the middle.
  private mutating func drawBackground(_ canvas: UnsafeMutableBufferPointer<Colour>) -> Colour {
    let middle = colour()
    let slopeX = (colour() - 127.5) * (0.5 / Float(Record.edge))
    let slopeY = (colour() - 127.5) * (0.5 / Float(Record.edge))
    for y in 0..<Record.edge {
      for x in 0..<Record.edge {
        canvas[y * Record.edge + x] = middle + slopeX * (Float(x) - 15.5) + slopeY * (Float(y) - 15.5)
      }
    }
    return middle
  }

  /// A rectangle of any colour anywhere.
  private mutating func drawClutter(_ canvas: UnsafeMutableBufferPointer<Colour>) {
    let (width, height) = (1 + Int(stream.integer(below: 7)), 1 + Int(stream.integer(below: 7)))
    let (left, top) = (Int(stream.integer(below: 32)), Int(stream.integer(below: 32)))
    let fill = colour()
    for y in top..<min(Record.edge, top + height) {
      for x in left..<min(Record.edge, left + width) { canvas[y * Record.edge + x] = fill }
    }
  }

  /// The figure, 14 to 24 pixels wide, turned by up to 11 degrees, in a colour that stands out from `ground`.
  private mutating func drawFigure(_ canvas: UnsafeMutableBufferPointer<Colour>, against ground: Colour) {
    let radius = 7 + 5 * stream.uniform()
    let stretch = 0.9 + 0.2 * stream.uniform()
    let centreX = 15.5 + (2 * stream.uniform() - 1) * (15 - radius)
    let centreY = 15.5 + (2 * stream.uniform() - 1) * (15 - radius)
    let tangent = 0.2 * (2 * stream.uniform() - 1)
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    var fill = colour()
    while true {
      let difference = fill - ground
      if (difference * difference).sum() > 90 * 90 { break }
      fill = colour()
    }
    for y in 0..<Record.edge {
      for x in 0..<Record.edge {
        let (dx, dy) = ((Float(x) - centreX) / (radius * stretch), (Float(y) - centreY) * stretch / radius)
        let depth = figure.depth(cosine * dx + sine * dy, cosine * dy - sine * dx)
        // The edge of the figure fades over one pixel.
        let cover = min(1, max(0, depth * radius + 0.5))
        let position = y * Record.edge + x
        canvas[position] += (fill - canvas[position]) * cover
      }
    }
  }

  private mutating func colour() -> Colour {
    let red = stream.uniform()
    let green = stream.uniform()
    return 255 * Colour(red, green, stream.uniform())
  }
}
