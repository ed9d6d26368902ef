/// Max pooling of one image in the layout of ``PixelRows``, as ``MaxPooling``.
public final class PixelMaxPooling: @unchecked Sendable {
  private let channels: Int
  private let kernel: Int
  private let rowStep: Int
  private let output: PixelRows
  private let inputStride: Int
  /// One channel, minus infinity around it.
  private let padded: PaddedPixels
  /// Where each tap's run begins; the first tap's at 0.
  private let taps: ConstantTable<Int>

  /// - Parameter input: the layout of what is pooled.
  public init(channels: Int, _ input: PixelRows, kernel: Int, stride: Int, padding: Int) {
    self.channels = channels
    self.kernel = kernel
    output = PixelRows(
      height: (input.height + 2 * padding - kernel) / stride + 1,
      width: (input.width + 2 * padding - kernel) / stride + 1)
    inputStride = input.channelStride
    let padded = PaddedPixels(
      channels: 1, height: input.height, width: input.width, padding: padding, stride: stride, fill: -.infinity)
    taps = ConstantTable((0..<kernel * kernel).map { padded.run(row: $0 / kernel, column: $0 % kernel) })
    rowStep = stride * padded.rowStride
    self.padded = padded
  }

  /// `y[pixel] = max over the window of x`.
  public func forward(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    let (taps, tapCount) = (taps.pointer, taps.count)
    for channel in 0..<channels {
      padded.fill(x + channel &* inputStride, place: 0)
      var from = UnsafePointer(padded.buffer.pointer)
      var to = y + channel &* output.channelStride
      for _ in 0..<output.height {
        // Whole vectors: what goes beyond a row is overwritten by the next, or lies behind the last channel.
        for column in VectorOffsets(output.width) {
          var largest = from.vector(column)
          for tap in 1..<tapCount {
            let value = from.vector(taps[tap] &+ column)
            // A NaN is kept, as PyTorch keeps it.
            largest.replace(with: value, where: value .> largest .| (value .!= value))
          }
          to.setVector(column, largest)
        }
        from += rowStep
        to += output.width
      }
    }
  }
}

/// The average of each channel of one image over all its pixels, as ``AveragePooling``.
public struct PixelAveragePooling: Sendable {
  private let channels: Int
  private let input: PixelRows
  private let output = PixelRows(height: 1, width: 1)

  public init(channels: Int, _ input: PixelRows) {
    self.channels = channels
    self.input = input
  }

  /// `y[channel] = mean over the pixels of x`.
  public func forward(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    let reciprocal = 1 / Float(input.pixels)
    for channel in 0..<channels {
      let from = x + channel &* input.channelStride
      var sum: Float = 0
      for pixel in 0..<input.pixels { sum += from[pixel] }
      y[channel &* output.channelStride] = sum * reciprocal
    }
  }
}
