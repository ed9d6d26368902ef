/// How the pixels of one image's channel lie where they are the lanes of a kernel: row by row, in bands of whole rows that
/// fit the eight vectors of a tile.
///
/// A tile writes whole vectors. What it writes beyond a band lies in the next band, which is written later, or in the space
/// between two channels.
public struct PixelRows: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// The rows of a band; the last band may have fewer.
  public let bandHeight: Int
  /// The vectors of a tile: 1, 2, 4 or 8.
  public let vectors: Int
  /// From one channel to the next, in floats.
  public let channelStride: Int

  /// The widest image whose rows fit a tile.
  public static let largestWidth = LaneBlock8.count

  public init(height: Int, width: Int) {
    precondition((1...Self.largestWidth).contains(width), "rows of \(width) pixels do not fit a tile")
    self.height = height
    self.width = width
    bandHeight = min(height, Self.largestWidth / width)
    let needed = (bandHeight * width).vectors
    let vectors = [1, 2, 4, 8].first { $0 >= needed } ?? 8
    self.vectors = vectors
    let end = (height - 1) / bandHeight * bandHeight * width + vectors * vectorWidth
    channelStride = end.vectors * vectorWidth
  }

  public var pixels: Int { height * width }
  public var bands: Int { (height + bandHeight - 1) / bandHeight }

  /// The rows of a band.
  func rows(ofBand band: Int) -> Range<Int> { band &* bandHeight..<min(height, (band &+ 1) &* bandHeight) }
}
