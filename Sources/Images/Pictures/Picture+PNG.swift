import CImages

extension Picture {
  /// A picture from one plane each of red, green and blue, `[3][height][width]`, as records have them.
  public init(planes: [UInt8], width: Int, height: Int) {
    precondition(planes.count == 3 * width * height, "\(planes.count) bytes for \(width)×\(height) pixels")
    let plane = width * height
    self.init(
      width: width, height: height, pixels: (0..<planes.count).map { planes[$0 % 3 * plane + $0 / 3] })
  }

  /// The picture as a PNG file of 8 bits a channel; how it must be turned is not kept.
  ///
  /// - Throws: `PictureError` where there is no memory for it.
  public func png() throws(PictureError) -> [UInt8] {
    let (width, height) = (UInt32(self.width), UInt32(self.height))
    let capacity = picture_png_capacity(width, height)
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = picture_encode_png(pixels, width, height, buffer.baseAddress, capacity)
    }
    guard !bytes.isEmpty else { throw PictureError("a PNG file", .outOfMemory(width: self.width, height: self.height)) }
    return bytes
  }
}
