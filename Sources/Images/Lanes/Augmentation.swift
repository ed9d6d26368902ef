import RandomNumbers

/// Random crops and flips of the training images of one epoch: torchvision's `RandomCrop(32, padding)` followed by
/// `RandomHorizontalFlip()`, and where it is asked for cutout (DeVries & Taylor, 2017, arXiv 1708.04552). What an image gets
/// depends on the seed, the epoch and the image's number alone.
public struct Augmentation: Sendable, Equatable {
  /// When an image is mirrored.
  public enum Flips: String, Sendable, CaseIterable, Codable {
    /// In every epoch with a chance of one half.
    case random
    /// In every other epoch, so that any two epochs show both sides of every image; where it begins is drawn once for each image
    /// (Jordan, 2024, arXiv 2404.00498).
    case alternating
  }

  public let seed: UInt64
  public let epoch: Int
  public let flips: Flips
  /// Black pixels added on each side before the crop.
  public let padding: Int
  /// The edge of the square that cutout hides, in pixels; 0 for none.
  public let cutout: Int

  /// - Parameters:
  ///   - padding: from 0 to 32 pixels.
  ///   - cutout: the edge of the square that is hidden, from 0 (none) to 32 pixels.
  public init(seed: UInt64, epoch: Int, flips: Flips = .random, padding: Int = 4, cutout: Int = 0) {
    precondition((0...Record.edge).contains(cutout), "a square of \(cutout) pixels in an image of \(Record.edge)")
    precondition((0...Record.edge).contains(padding), "\(padding) pixels around an image of \(Record.edge)")
    self.seed = seed
    self.epoch = epoch
    self.flips = flips
    self.padding = padding
    self.cutout = cutout
  }

  /// The same of another epoch.
  public func inEpoch(_ epoch: Int) -> Augmentation {
    Augmentation(seed: seed, epoch: epoch, flips: flips, padding: padding, cutout: cutout)
  }

  /// Which pixel of an image becomes which.
  public struct Placement: Sendable, Equatable {
    /// Pixel (x, y) of the crop is pixel (x + `shiftX`, y + `shiftY`) of the image, black where there is none.
    public let shiftX: Int
    public let shiftY: Int
    /// Whether the crop is then mirrored left to right.
    public let isFlipped: Bool
    /// The rows and columns of the result that are hidden: they get 0 once pixels are normalised, which is the mean.
    public let hidden: Hidden

    /// A part of an image.
    public struct Hidden: Sendable, Equatable {
      public let rows: Range<Int>
      public let columns: Range<Int>

      /// Nothing.
      public static let none = Hidden(rows: 0..<0, columns: 0..<0)

      public init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
      }
    }

    /// The image as it is.
    public static let identity = Placement(shiftX: 0, shiftY: 0, isFlipped: false)

    public init(shiftX: Int, shiftY: Int, isFlipped: Bool, hidden: Hidden = .none) {
      self.shiftX = shiftX
      self.shiftY = shiftY
      self.isFlipped = isFlipped
      self.hidden = hidden
    }
  }

  /// What image `image` gets.
  public func placement(image: Int) -> Placement {
    var stream = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: image)
    let positions = UInt32(2 * padding + 1)
    let top = Int(stream.integer(below: positions))
    let left = Int(stream.integer(below: positions))
    let coin = stream.integer(below: 2) == 1
    let isFlipped =
      switch flips {
      case .random: coin
      case .alternating: isFlippedFirst(image) != (epoch % 2 == 1)
      }
    return Placement(shiftX: left - padding, shiftY: top - padding, isFlipped: isFlipped, hidden: hidden(&stream))
  }

  /// Whether alternating flips begin mirrored: a draw of its own, of no epoch.
  private func isFlippedFirst(_ image: Int) -> Bool {
    var stream = RandomStream(seed: seed, purpose: .flips, index: image)
    return stream.integer(below: 2) == 1
  }

  /// As in the authors' implementation: the square's centre is any pixel, and what lies outside of the image is cut off.
  private func hidden(_ stream: inout RandomStream) -> Placement.Hidden {
    guard cutout > 0 else { return .none }
    let edge = Record.edge
    func side() -> Range<Int> {
      let center = Int(stream.integer(below: UInt32(edge)))
      let start = center - cutout / 2
      return max(0, start)..<min(edge, start + cutout)
    }
    let rows = side()
    return Placement.Hidden(rows: rows, columns: side())
  }
}
