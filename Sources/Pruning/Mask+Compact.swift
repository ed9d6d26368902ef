import NeuralNetwork

extension ParameterLayout {
  /// The way to the layout of a mask's survivors.
  public func compaction(keeping mask: Mask) -> Compaction {
    precondition(mask.count == count, "a mask of \(mask.count) elements for an arena of \(count)")
    return mask.words.withUnsafeBufferPointer { words in
      Compaction(self) { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }
  }
}

extension Network {
  /// The same network with a mask's survivors only.
  public func compacted(keeping mask: Mask) -> Network { compacted(layout.compaction(keeping: mask)) }
}
