/// What a layer of one image adds to its products, and whether it rectifies the sum.
public final class PixelEpilogue: Sendable {
  let rectifies: Bool
  private let output: PixelRows
  /// One a channel, or one a pixel in the layout of the output.
  private let bias: ConstantTable<Float>
  private let biasIsPerPixel: Bool
  /// For each output channel the residual's channel, or -1.
  private let residualChannels: ConstantTable<Int32>?

  /// - Parameters:
  ///   - bias: `[O]`, or `[O][pixel]`.
  ///   - biasPixels: 1, or the output's pixels.
  ///   - residualChannels: for each output channel, which channel of the residual is added; -1 for none.
  public init(_ output: PixelRows, bias: [Float], biasPixels: Int, residualChannels: [Int32]?, rectifies: Bool) {
    self.output = output
    self.rectifies = rectifies
    biasIsPerPixel = biasPixels > 1
    self.residualChannels = residualChannels.map { ConstantTable($0) }
    if biasPixels > 1 {
      let padding = [Float](repeating: 0, count: output.channelStride - biasPixels)
      self.bias = ConstantTable(
        stride(from: 0, to: bias.count, by: biasPixels).flatMap { bias[$0..<$0 + biasPixels] + padding })
    } else {
      self.bias = ConstantTable(bias)
    }
  }

  /// Bias and residual of an output channel, from pixel `offset` on.
  @inline(__always)
  func start<Tile: LaneBlock>(
    _ type: Tile.Type, _ channel: Int, _ offset: Int, _ residual: UnsafePointer<Float>?
  ) -> Tile {
    var sum: Tile =
      biasIsPerPixel
      ? .load(bias.pointer + channel &* output.channelStride + offset) : Tile(repeating: bias.pointer[channel])
    if let residual, let residualChannels {
      let added = Int(residualChannels.pointer[channel])
      if added >= 0 { sum.add(.load(residual + added &* output.channelStride + offset)) }
    }
    return sum
  }

  /// The result of an output channel at a pixel, from its sum of products.
  @inline(__always)
  func result(_ sum: Float, _ channel: Int, _ pixel: Int, _ residual: UnsafePointer<Float>?) -> Float {
    var sum =
      sum
      + (biasIsPerPixel ? bias.pointer[channel &* output.channelStride &+ pixel] : bias.pointer[channel])
    if let residual, let residualChannels {
      let added = Int(residualChannels.pointer[channel])
      if added >= 0 { sum += residual[added &* output.channelStride &+ pixel] }
    }
    return rectifies && sum < 0 ? 0 : sum
  }
}
