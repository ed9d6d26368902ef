/// The layout of an image in CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): one byte with the
/// label, then 1,024 bytes each of red, green and blue, row by row.
public enum Record {
  /// Pixels along an edge.
  public static let edge = 32
  public static let channels = 3
  /// Pixels a channel.
  static let plane = edge * edge
  /// Values an image, over all channels.
  public static let imageSize = channels * plane
  /// Bytes a record.
  public static let size = 1 + imageSize
}
