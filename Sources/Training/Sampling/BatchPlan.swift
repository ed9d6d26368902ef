import Kernels
import RandomNumbers

/// How the images of an epoch of training fall into batches, microbatches and ranks.
///
/// A batch is a fixed list of microbatches, whatever the rank count, and rank r of n takes the r-th n-th of the list. The
/// images of an incomplete last batch are left out of the epoch.
public struct BatchPlan: Sendable, Equatable {
  /// Training images.
  public let imageCount: Int
  /// Images a step over all ranks.
  public let batchSize: Int
  /// Images that one forward and backward pass handles at once.
  public let microbatch: Int
  public let rankCount: Int

  /// Throws where the numbers do not divide; the error lists what would fit.
  public init(imageCount: Int, batchSize: Int, microbatch: Int, rankCount: Int) throws(BatchPlanError) {
    guard microbatch > 0, microbatch % vectorWidth == 0 else {
      throw .microbatch(microbatch)
    }
    guard batchSize > 0, batchSize % microbatch == 0 else {
      throw .batch(batchSize, microbatch: microbatch)
    }
    guard imageCount >= batchSize else { throw .tooFewImages(imageCount, batchSize: batchSize) }
    guard rankCount > 0, batchSize / microbatch % rankCount == 0 else {
      throw .ranks(rankCount, batchSize: batchSize, microbatch: microbatch)
    }
    self.imageCount = imageCount
    self.batchSize = batchSize
    self.microbatch = microbatch
    self.rankCount = rankCount
  }

  /// The length of a batch's list.
  public var microbatchesPerBatch: Int { batchSize / microbatch }
  /// The part of the list that one rank takes.
  public var microbatchesPerRank: Int { microbatchesPerBatch / rankCount }
  public var stepsPerEpoch: Int { imageCount / batchSize }

  /// The order in which an epoch takes the training images: the same on every rank.
  public func order(seed: UInt64, epoch: Int) -> [Int32] {
    var stream = RandomStream(seed: seed, purpose: .permutation, epoch: epoch)
    return stream.permutation(count: imageCount)
  }

  /// Which places of a batch's list rank `rank` takes.
  public func microbatches(ofRank rank: Int) -> Range<Int> {
    rank * microbatchesPerRank..<(rank + 1) * microbatchesPerRank
  }

  /// Which places of the epoch's order make microbatch `microbatch` of the list of step `step`, both from 0.
  public func positions(step: Int, microbatch: Int) -> Range<Int> {
    let start = step * batchSize + microbatch * self.microbatch
    return start..<start + self.microbatch
  }
}
