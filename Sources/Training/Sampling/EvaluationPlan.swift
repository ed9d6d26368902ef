/// How the images of an evaluation, each of them once, fall into microbatches and ranks. The last microbatch may be
/// incomplete, and a rank may take one more than another, or none.
public struct EvaluationPlan: Sendable, Equatable {
  public let imageCount: Int
  public let microbatch: Int
  public let rankCount: Int

  /// All three must be positive, `imageCount` may be 0.
  public init(imageCount: Int, microbatch: Int, rankCount: Int) {
    precondition(imageCount >= 0 && microbatch > 0 && rankCount > 0)
    self.imageCount = imageCount
    self.microbatch = microbatch
    self.rankCount = rankCount
  }

  public var microbatchCount: Int { (imageCount + microbatch - 1) / microbatch }

  /// Which microbatches rank `rank` takes: contiguous, so that results gathered by rank are in the images' order.
  public func microbatches(ofRank rank: Int) -> Range<Int> {
    rank * microbatchCount / rankCount..<(rank + 1) * microbatchCount / rankCount
  }

  /// The images of microbatch `microbatch`.
  public func images(microbatch: Int) -> Range<Int> {
    microbatch * self.microbatch..<min(imageCount, (microbatch + 1) * self.microbatch)
  }
}
