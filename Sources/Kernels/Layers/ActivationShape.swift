/// The shape and layout of activations: `[channel][row][column][lane]`, the images of a microbatch innermost.
///
/// A lane is one image. A channel's pixels and lanes are contiguous; channels lie ``channelStride`` floats apart.
public struct ActivationShape: Sendable, Equatable {
  public let channels: Int
  public let height: Int
  public let width: Int
  /// The images of the microbatch, a multiple of ``vectorWidth``.
  public let lanes: Int

  public init(channels: Int, height: Int, width: Int, lanes: Int) {
    precondition(lanes % vectorWidth == 0, "a microbatch holds a multiple of \(vectorWidth) images")
    self.channels = channels
    self.height = height
    self.width = width
    self.lanes = lanes
  }

  public var pixels: Int { height * width }
  /// The floats of one channel.
  public var channelCount: Int { pixels * lanes }
  /// The distance from one channel to the next, in floats.
  ///
  /// The same pixel of successive channels is read one after the other. At a distance of a power of two all of them fall
  /// into the same few sets of the first-level cache and evict each other, so four vectors are left unused between channels:
  /// that took the 8×8 convolution from 106 to 114 GF/s, of 117 possible.
  public var channelStride: Int { pixels == 1 ? lanes : channelCount + LaneBlock4.count }
  /// The floats to allocate.
  public var count: Int { channels * channelStride }
}
