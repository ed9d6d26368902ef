/// Sums over the pixels of images, from which mean and standard deviation follow exactly.
struct ChannelStatistics {
  private var sums = SIMD3<Int>()
  private var squares = SIMD3<Int>()
  /// Pixels of each channel.
  private var count = 0

  /// Adds an image, `[3][32][32]`.
  mutating func add(_ pixels: [UInt8]) {
    let plane = pixels.count / 3
    for channel in 0..<3 {
      for pixel in pixels[channel * plane..<(channel + 1) * plane] {
        sums[channel] += Int(pixel)
        squares[channel] += Int(pixel) * Int(pixel)
      }
    }
    count += plane
  }

  /// Mean and standard deviation of pixels from 0 to 1. A channel that is the same everywhere is divided by one level.
  var normalization: Normalization {
    var (mean, deviation) = (SIMD3<Float>(), SIMD3<Float>())
    for channel in 0..<3 {
      let average = Double(sums[channel]) / Double(max(1, count))
      let variance = Double(squares[channel]) / Double(max(1, count)) - average * average
      mean[channel] = Float(average / 255)
      deviation[channel] = Float(max(1, max(0, variance).squareRoot()) / 255)
    }
    return Normalization(mean: mean, standardDeviation: deviation)
  }
}
