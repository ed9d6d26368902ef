extension ImageLoader {
  /// Writes images one after the other, `[image][3][32][32]`, normalised.
  public func fillOneByOne(_ indices: [Int32], into output: UnsafeMutablePointer<Float>) {
    let plane = Record.plane
    var label: Int32 = 0
    indices.withUnsafeBufferPointer { indices in
      for place in indices.indices {
        fill(
          UnsafeBufferPointer(rebasing: indices[place...place]), augmentation: nil,
          into: output + place * Record.imageSize, channelStride: plane, lanes: 1, labels: &label)
      }
    }
  }
}
