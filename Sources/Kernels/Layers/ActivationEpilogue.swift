/// What follows a convolution in an inference network, in one pass over its activations: `y = max(0, x + bias + residual)`,
/// each part where there is one.
public struct ActivationEpilogue: Sendable {
  public let shape: ActivationShape
  /// 1 for a bias a channel, the pixels of ``shape`` for one a pixel.
  public let biasPixels: Int
  public let rectifies: Bool

  public init(_ shape: ActivationShape, biasPixels: Int, rectifies: Bool) {
    precondition(biasPixels == 1 || biasPixels == shape.pixels, "a bias a channel or a pixel, not \(biasPixels)")
    self.shape = shape
    self.biasPixels = biasPixels
    self.rectifies = rectifies
  }

  /// - Parameters:
  ///   - x: activations of ``shape``, may be `y`; `nil` for zeros.
  ///   - bias: `[channel][biasPixels]`.
  ///   - residual: activations of ``shape`` that are added; `nil` for none.
  ///   - y: the result.
  public func callAsFunction(
    x: UnsafePointer<Float>?, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    // One run of floats has one bias: a whole channel, or the lanes of a pixel.
    let run = biasPixels == 1 ? shape.channelCount : shape.lanes
    for channel in 0..<shape.channels {
      for index in 0..<biasPixels {
        let start = Vector(repeating: bias[channel &* biasPixels &+ index])
        let offset = channel &* shape.channelStride &+ index &* run
        for i in VectorOffsets(run) {
          var value = start
          if let x { value += (x + offset).vector(i) }
          if let residual { value += (residual + offset).vector(i) }
          (y + offset).setVector(i, rectifies ? value.rectified : value)
        }
      }
    }
  }
}
