/// A convolution or linear layer of one image whose output has few pixels and whose weights are many: the lanes are output
/// channels, and pruned weights are multiplied too.
public final class ChannelConvolution: @unchecked Sendable {
  /// Output channels that are computed together: four vectors.
  private static let tile = LaneBlock4.count

  public let shape: ConvolutionShape
  private let output: PixelRows
  private let rows: UnfoldedRows
  /// `[tile of output channels][row][channel of the tile]`, zeros where no survivor is.
  private let weights: AlignedBuffer
  private let epilogue: PixelEpilogue
  private let unfolded: AlignedBuffer
  private let sums: AlignedBuffer

  /// Whether it takes less time than ``PixelConvolution``: where multiplying whole vectors of channels, zeros included, is
  /// less work than a vector of pixels, few of them real, for every survivor.
  public static func isPreferred(_ shape: ConvolutionShape, survivors: Int) -> Bool {
    let pixels = shape.outputHeight * shape.outputWidth
    guard pixels <= 4, survivors > 0 else { return false }
    let rows = shape.inputChannels * shape.outputsPerTap.count { $0 > 0 }
    return rows * shape.outputChannels.vectors * pixels < survivors
  }

  /// - Parameters: as for ``PixelConvolution``.
  public init(_ shape: ConvolutionShape, positions: [[Int32]], values: [[Float]], epilogue: PixelEpilogue) {
    self.shape = shape
    self.epilogue = epilogue
    output = PixelRows(height: shape.outputHeight, width: shape.outputWidth)
    precondition(output.vectors == 1, "the lanes are channels only where a channel has few pixels")
    let survivors = SurvivorList(shape, positions: positions, values: values)
    let count = survivors.pairs.count
    rows = UnfoldedRows(shape, output: output, pairs: survivors.pairs)
    weights = AlignedBuffer(count: (shape.outputChannels + Self.tile - 1) / Self.tile * count * Self.tile)
    for entry in survivors.entries {
      let (tile, lane) = entry.output.quotientAndRemainder(dividingBy: Self.tile)
      weights.pointer[(tile * count + entry.row) * Self.tile + lane] = entry.weight
    }
    unfolded = AlignedBuffer(count: count * vectorWidth)
    sums = AlignedBuffer(count: Self.tile)
  }

  /// - Parameters: as for ``PixelConvolution/forward(x:stride:residual:y:)``.
  public func forward(
    x: UnsafePointer<Float>, stride: Int, residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>
  ) {
    rows.load(x, stride: stride)
    rows.unfold(0..<rows.count, band: 0, to: unfolded.pointer)
    var first = 0
    while first < shape.outputChannels {
      let channels = min(Self.tile, shape.outputChannels &- first)
      for pixel in 0..<output.pixels {
        if channels > vectorWidth {
          multiply(LaneBlock4.self, weights.pointer + first &* rows.count, pixel)
        } else {
          multiply(LaneBlock1.self, weights.pointer + first &* rows.count, pixel)
        }
        for lane in 0..<channels {
          let channel = first &+ lane
          y[channel &* output.channelStride &+ pixel] =
            epilogue.result(sums.pointer[lane], channel, pixel, residual)
        }
      }
      first &+= Self.tile
    }
  }

  /// The products of a tile of output channels at one pixel. Two sums take turns.
  @inline(never)
  private func multiply<Tile: LaneBlock>(_ type: Tile.Type, _ weights: UnsafePointer<Float>, _ pixel: Int) {
    var (a, b) = (Tile.zero, Tile.zero)
    let x = unfolded.pointer + pixel
    var row = 0
    while row &+ 2 <= rows.count {
      a.add(x[row &* vectorWidth], times: .load(weights + row &* Self.tile))
      b.add(x[(row &+ 1) &* vectorWidth], times: .load(weights + (row &+ 1) &* Self.tile))
      row &+= 2
    }
    if row < rows.count { a.add(x[row &* vectorWidth], times: .load(weights + row &* Self.tile)) }
    a.add(b)
    a.store(sums.pointer)
  }
}
