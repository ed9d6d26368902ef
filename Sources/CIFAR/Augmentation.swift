import RandomNumbers

/// Random crops and flips of the training images of one epoch: torchvision's `RandomCrop(32, padding=4)` followed by
/// `RandomHorizontalFlip()`. What an image gets depends on the seed, the epoch and the image's number alone.
public struct Augmentation: Sendable, Equatable {
  public let seed: UInt64
  public let epoch: Int

  /// Black pixels added on each side before the crop.
  public static let padding = 4

  public init(seed: UInt64, epoch: Int) {
    self.seed = seed
    self.epoch = epoch
  }

  /// Which pixel of an image becomes which.
  public struct Placement: Sendable, Equatable {
    /// Pixel (x, y) of the crop is pixel (x + `shiftX`, y + `shiftY`) of the image, black where there is none.
    public let shiftX: Int
    public let shiftY: Int
    /// Whether the crop is then mirrored left to right.
    public let isFlipped: Bool

    /// The image as it is.
    public static let identity = Placement(shiftX: 0, shiftY: 0, isFlipped: false)

    public init(shiftX: Int, shiftY: Int, isFlipped: Bool) {
      self.shiftX = shiftX
      self.shiftY = shiftY
      self.isFlipped = isFlipped
    }
  }

  /// What image `image` gets.
  public func placement(image: Int) -> Placement {
    var stream = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: image)
    let positions = UInt32(2 * Self.padding + 1)
    let top = Int(stream.integer(below: positions))
    let left = Int(stream.integer(below: positions))
    return Placement(
      shiftX: left - Self.padding, shiftY: top - Self.padding, isFlipped: stream.integer(below: 2) == 1)
  }
}
