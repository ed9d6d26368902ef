/// What the survivors of a convolution read, unfolded: for each input channel and tap that some survivor names, the pixels
/// that the tap meets, in the order of the output's pixels, zeros where it meets padding (Chellapilla et al., 2006).
///
/// A row is a whole number of vectors at a vector's boundary, so that a survivor's work is one broadcast and, a vector, one
/// multiply-add from memory.
final class UnfoldedRows: @unchecked Sendable {
  private let padded: PaddedPixels
  /// The input channels that are read.
  private let channels: [Int]
  /// For each row, where it begins in `padded`.
  private let sources: ConstantTable<Int32>
  private let rowStep: Int
  private let output: PixelRows

  var count: Int { sources.count }

  /// - Parameter pairs: the rows: an input channel and a tap each, ascending by channel.
  init(_ shape: ConvolutionShape, output: PixelRows, pairs: [(channel: Int, tap: Int)]) {
    var channels: [Int] = []
    for pair in pairs where channels.last != pair.channel { channels.append(pair.channel) }
    let padded = PaddedPixels(
      channels: channels.count, height: shape.inputHeight, width: shape.inputWidth, padding: shape.padding,
      stride: shape.stride)
    let places = Dictionary(uniqueKeysWithValues: channels.enumerated().map { ($1, $0) })
    sources = ConstantTable(
      pairs.map { pair in
        let run = padded.run(row: pair.tap / shape.kernel, column: pair.tap % shape.kernel)
        return Int32((places[pair.channel] ?? 0) * padded.channelStride + run)
      })
    self.padded = padded
    self.channels = channels
    self.output = output
    rowStep = shape.stride * padded.rowStride
  }

  /// Takes up an image: `[channel][pixel]`, channels `stride` floats apart.
  func load(_ x: UnsafePointer<Float>, stride: Int) {
    for place in 0..<channels.count { padded.fill(x + channels[place] &* stride, place: place) }
  }

  /// Writes rows `range`, one band of them, one after the other.
  func unfold(_ range: Range<Int>, band: Int, to rows: UnsafeMutablePointer<Float>) {
    let lines = output.rows(ofBand: band)
    let width = output.width
    let base = UnsafePointer(padded.buffer.pointer) + lines.lowerBound &* rowStep
    // One loop a width: a copy of this few floats costs less than the choice between them.
    switch width {
    case 16: unfold(SIMD16<Float>.self, range, lines.count, base, rows)
    case 8: unfold(SIMD8<Float>.self, range, lines.count, base, rows)
    case 4: unfold(SIMD4<Float>.self, range, lines.count, base, rows)
    case 2: unfold(SIMD2<Float>.self, range, lines.count, base, rows)
    default:
      for index in range {
        var from = base + Int(sources.pointer[index])
        var to = rows + (index &- range.lowerBound) &* output.vectors &* vectorWidth
        for _ in lines {
          copyFloats(from, to, width)
          from += rowStep
          to += width
        }
      }
    }
  }

  /// Rows of lines as long as `Line`.
  @inline(__always)
  private func unfold<Line: SIMD<Float>>(
    _ type: Line.Type, _ range: Range<Int>, _ lines: Int, _ base: UnsafePointer<Float>,
    _ rows: UnsafeMutablePointer<Float>
  ) {
    let (sources, rowStep, rowCount) = (sources.pointer, rowStep, output.vectors &* vectorWidth)
    var row = rows
    for index in range {
      var from = base + Int(sources[index])
      var to = row
      for _ in 0..<lines {
        UnsafeMutableRawPointer(to).storeBytes(of: UnsafeRawPointer(from).loadUnaligned(as: type), as: type)
        from += rowStep
        to += Line.scalarCount
      }
      row += rowCount
    }
  }
}
