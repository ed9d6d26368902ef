import Foundation
import Images

/// The test images whose prediction pruning changed from right to wrong, or the other way.
public struct PredictionChanges: Sendable, Equatable, Codable {
  /// The images that the dense network gets right and the pruned one wrong.
  public var lost: Int
  /// The images that the dense network gets wrong and the pruned one right.
  public var won: Int
  /// The first of those that are lost; none where they tell nothing of pruning.
  public var images: [Example]

  /// One image that is lost.
  public struct Example: Sendable, Equatable, Codable {
    /// Its number among the test images.
    public var index: Int
    public var truth: Int
    /// The class that the pruned network takes it for.
    public var prediction: Int
    /// The picture as a PNG file.
    public var png: Data
  }

  /// The images that are kept as pictures.
  static let mostImages = 40

  /// - Parameters:
  ///   - dense: the classes that the dense network predicts, one a test image.
  ///   - pruned: those that the pruned one does.
  ///   - isTrainedOn: whether training went on between the two. Where it brought more than pruning took, images that are lost
  ///     are those on which any two moments of training differ: no pictures are kept of them.
  public init(dense: [Int32], pruned: [Int32], isTrainedOn: Bool, images: ImageSet) {
    let count = min(dense.count, pruned.count, images.count)
    let truths = (0..<count).map { Int32(images.label($0)) }
    let lost = truths.indices.filter { dense[$0] == truths[$0] && pruned[$0] != truths[$0] }
    self.lost = lost.count
    won = truths.indices.count { dense[$0] != truths[$0] && pruned[$0] == truths[$0] }
    self.images = (isTrainedOn && won > lost.count ? [] : lost.prefix(Self.mostImages)).compactMap { index in
      let picture = Picture(planes: images.pixels(index), width: Record.edge, height: Record.edge)
      return (try? picture.png()).map {
        Example(index: index, truth: Int(truths[index]), prediction: Int(pruned[index]), png: Data($0))
      }
    }
  }
}
