import Networks

extension ParameterLayout {
  /// The way to the layout of a mask's survivors.
  public func compaction(keeping mask: Mask) -> Compaction {
    precondition(mask.count == count, "a mask of \(mask.count) elements for an arena of \(count)")
    return mask.words.withUnsafeBufferPointer { words in
      Compaction(self) { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }
  }
}

extension Mask {
  /// Which elements of an architecture's full arena have a place in a compact layout.
  public init(keptIn compact: ParameterLayout, of full: ParameterLayout) {
    self.init(allSurviving: full.count)
    for (parameter, whole) in zip(compact.parameters, full.parameters) {
      guard let kept = parameter.kept else { continue }
      for (places, block) in zip(kept, whole.blocks) {
        forEachWord(of: block) { words[$0] &= ~$1 }
        for place in places { self[block.lowerBound + Int(place)] = true }
      }
    }
  }
}

extension Network {
  /// The same network with a mask's survivors only.
  public func compacted(keeping mask: Mask) -> Network { compacted(layout.compaction(keeping: mask)) }
}
