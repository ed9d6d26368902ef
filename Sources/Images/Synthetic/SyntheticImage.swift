import RandomNumbers

/// One of the built-in images. What it shows is a pure function of its kind, part and index.
struct SyntheticImage {
  typealias Colour = SIMD3<Float>

  private var stream: RandomStream
  private let kind: SyntheticFigure.Kind

  init(kind: SyntheticFigure.Kind, part: Int, index: Int) {
    // The seed is fixed: these images are as fixed as a file would be.
    stream = RandomStream(seed: 0x5359_4E54_4845_5449, purpose: .synthetic, epoch: part, index: index)
    self.kind = kind
  }

  /// Draws the three planes of a record.
  mutating func draw(into record: UnsafeMutableRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: Colour.self, capacity: Record.plane) { canvas in
      let ground = 45 + 165 * stream.uniform()
      drawBackground(canvas, brightness: ground)
      for _ in 0..<3 { drawClutter(canvas) }
      drawFigure(canvas, ground: ground)
      write(canvas, noise: 8 + 14 * stream.uniform(), to: record)
    }
  }

  /// A colour that changes from corner to corner.
  private mutating func drawBackground(_ canvas: UnsafeMutableBufferPointer<Colour>, brightness: Float) {
    let middle = tinted(brightness)
    let (slopeX, slopeY) = (tinted(0) / 40, tinted(0) / 40)
    for y in 0..<Record.edge {
      for x in 0..<Record.edge {
        canvas[y * Record.edge + x] = middle + slopeX * (Float(x) - 15.5) + slopeY * (Float(y) - 15.5)
      }
    }
  }

  /// A small rectangle of any colour anywhere.
  private mutating func drawClutter(_ canvas: UnsafeMutableBufferPointer<Colour>) {
    let (width, height) = (2 + Int(stream.integer(below: 6)), 2 + Int(stream.integer(below: 6)))
    let (left, top) = (Int(stream.integer(below: 32)), Int(stream.integer(below: 32)))
    let fill = tinted(255 * stream.uniform())
    for y in top..<min(Record.edge, top + height) {
      for x in left..<min(Record.edge, left + width) { canvas[y * Record.edge + x] = fill }
    }
  }

  /// The figure, 18 to 30 pixels wide, turned by up to 11 degrees, brighter or darker than the ground.
  private mutating func drawFigure(_ canvas: UnsafeMutableBufferPointer<Colour>, ground: Float) {
    let radius = 9 + 6 * stream.uniform()
    let isSquare = stream.integer(below: 2) == 1
    let scale = 0.85 + 0.3 * stream.uniform()
    let phaseX = stream.uniform()
    let figure = SyntheticFigure(
      kind: kind, isSquare: isSquare, radius: radius, scale: scale, phase: SIMD2(phaseX, stream.uniform()))
    let centreX = 15.5 + (2 * stream.uniform() - 1) * (17 - radius)
    let centreY = 15.5 + (2 * stream.uniform() - 1) * (17 - radius)
    let tangent = 0.2 * (2 * stream.uniform() - 1)
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    let contrast = 60 + 85 * stream.uniform()
    let isBrighter = ground + contrast > 255 ? false : ground - contrast < 0 ? true : stream.integer(below: 2) == 1
    let fill = tinted(isBrighter ? ground + contrast : ground - contrast)
    for y in 0..<Record.edge {
      for x in 0..<Record.edge {
        let (dx, dy) = (Float(x) - centreX, Float(y) - centreY)
        // The edge of the figure fades over one pixel.
        let cover = min(1, max(0, figure.depth(cosine * dx + sine * dy, cosine * dy - sine * dx) + 0.5))
        let position = y * Record.edge + x
        canvas[position] += (fill - canvas[position]) * cover
      }
    }
  }

  /// Adds noise of standard deviation `noise` and rounds to bytes.
  private mutating func write(
    _ canvas: UnsafeMutableBufferPointer<Colour>, noise: Float, to record: UnsafeMutableRawBufferPointer
  ) {
    for position in 0..<Record.plane {
      for channel in 0..<Record.channels {
        // The sum of four bytes of one word is near enough to normal.
        let word = stream.nextWord()
        let sum = (word & 0xFF) + (word >> 8 & 0xFF) + (word >> 16 & 0xFF) + word >> 24
        let value = canvas[position][channel] + noise * (Float(sum) - 510) / 148
        record[channel * Record.plane + position] = UInt8(min(255, max(0, value)))
      }
    }
  }

  /// A colour of about this brightness.
  private mutating func tinted(_ brightness: Float) -> Colour {
    let red = stream.uniform()
    let green = stream.uniform()
    return brightness + 70 * (Colour(red, green, stream.uniform()) - 0.5)
  }
}
