/// Max pooling of one image in the layout of ``PixelRows``, as ``MaxPooling``.
public final class PixelMaxPooling: @unchecked Sendable {
  private let channels: Int
  private let kernel: Int
  private let rowStep: Int
  private let output: PixelRows
  private let inputStride: Int
  /// One channel, minus infinity around it.
  private let padded: PaddedPixels
  /// Where each tap's run begins.
  private let taps: [Int]

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
    taps = (0..<kernel * kernel).map { padded.run(row: $0 / kernel, column: $0 % kernel) }
    rowStep = stride * padded.rowStride
    self.padded = padded
  }

  /// `y[pixel] = max over the window of x`.
  public func forward(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    for channel in 0..<channels {
      padded.fill(x + channel &* inputStride, place: 0)
      var from = UnsafePointer(padded.buffer.pointer)
      var to = y + channel &* output.channelStride
      for _ in 0..<output.height {
        var column = 0
        while column &+ 16 <= output.width {
          largest(SIMD16<Float>.self, from + column, to + column)
          column &+= 16
        }
        if column &+ 8 <= output.width {
          largest(SIMD8<Float>.self, from + column, to + column)
          column &+= 8
        }
        while column < output.width {
          largest(SIMD2<Float>.self, from + column, to + column)
          column &+= 1
        }
        from += rowStep
        to += output.width
      }
    }
  }

  /// The largest of what all taps meet. A NaN is kept, as PyTorch keeps it.
  @inline(__always)
  private func largest<V: SIMD<Float>>(
    _ type: V.Type, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
  ) {
    var largest = V(repeating: -.infinity)
    for tap in taps {
      let value = UnsafeRawPointer(from + tap).loadUnaligned(as: type)
      largest.replace(with: value, where: value .> largest .| (value .!= value))
    }
    UnsafeMutableRawPointer(to).storeBytes(of: largest, as: type)
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
