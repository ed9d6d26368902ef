/// Brings images that lie one after another, as PyTorch has them, into the lanes of a microbatch.
public final class ImageLanes: @unchecked Sendable {
  public let shape: ActivationShape
  /// A vector of images, for a group that is incomplete; what it lacks stays what an earlier group left there.
  private let group: AlignedBuffer

  public init(_ shape: ActivationShape) {
    self.shape = shape
    group = AlignedBuffer(count: vectorWidth * shape.channels * shape.pixels)
  }

  /// Copies `[image][channel][pixel]` to `[channel][pixel][lane]`. Lanes from `count` on receive what has no meaning.
  public func fill(_ images: UnsafePointer<Float>, count: Int, into x: UnsafeMutablePointer<Float>) {
    let size = shape.channels &* shape.pixels
    var first = 0
    while first < count {
      var from = images + first &* size
      if count &- first < vectorWidth {
        group.pointer.update(from: from, count: (count &- first) &* size)
        from = UnsafePointer(group.pointer)
      }
      for channel in 0..<shape.channels {
        transpose(from + channel &* shape.pixels, size, x + channel &* shape.channelStride + first)
      }
      first &+= vectorWidth
    }
  }

  /// One channel of a vector of images, `size` floats apart.
  private func transpose(_ from: UnsafePointer<Float>, _ size: Int, _ to: UnsafeMutablePointer<Float>) {
    let whole = shape.pixels / vectorWidth * vectorWidth
    transposeSquares(from, stride: size, columns: whole, to: to, rowStride: shape.lanes)
    for pixel in whole..<shape.pixels {
      for lane in 0..<vectorWidth { to[pixel &* shape.lanes &+ lane] = from[lane &* size &+ pixel] }
    }
  }
}
