/// What a stream of random numbers is for. Streams of different purposes never share a block, whatever their seed, epoch
/// and index, so drawing more for one purpose cannot move the numbers of another.
///
/// The raw values are part of what makes a run repeatable: they never change, new purposes get new ones.
public enum Purpose: UInt32, Sendable, CaseIterable {
  /// Initial weights; the index is the parameter's.
  case initialization = 0
  /// The order of an epoch's images.
  case permutation = 1
  /// Crop and flip; the index is the image's.
  case augmentation = 2
  /// Random pruning; the epoch is the round.
  case pruning = 3
  /// The built-in synthetic images; the index is the image's.
  case synthetic = 4
  /// Whether an image is mirrored first where flips alternate; the index is the image's.
  case flips = 5
}
