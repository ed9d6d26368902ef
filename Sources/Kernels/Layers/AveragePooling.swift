/// The average of each channel over all its pixels, as PyTorch's `AdaptiveAvgPool2d(1)`.
public struct AveragePooling: Sendable {
  public let input: ActivationShape
  public let output: ActivationShape

  public init(_ input: ActivationShape) {
    self.input = input
    output = ActivationShape(channels: input.channels, height: 1, width: 1, lanes: input.lanes)
  }

  /// `y[channel][lane] = mean over the pixels of x`.
  public func forward(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    let reciprocal = 1 / Float(input.pixels)
    for channel in 0..<input.channels {
      let from = x + channel &* input.channelStride
      for lane in VectorOffsets(input.lanes) {
        var sum = Vector.zero
        for pixel in 0..<input.pixels { sum += from.vector(pixel &* input.lanes &+ lane) }
        y.setVector(channel &* output.channelStride &+ lane, sum * reciprocal)
      }
    }
  }

  /// Spreads the gradient evenly over the pixels; `xGradient` is overwritten.
  public func backward(yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>) {
    let reciprocal = 1 / Float(input.pixels)
    for channel in 0..<input.channels {
      let to = xGradient + channel &* input.channelStride
      for lane in VectorOffsets(input.lanes) {
        let share = yGradient.vector(channel &* output.channelStride &+ lane) * reciprocal
        for pixel in 0..<input.pixels { to.setVector(pixel &* input.lanes &+ lane, share) }
      }
    }
  }
}
