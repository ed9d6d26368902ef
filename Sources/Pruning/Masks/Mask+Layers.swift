import Networks

extension Mask {
  /// The convolution and linear weights of which nothing is left that computes anything: all survivors, if any, are in dead
  /// taps. By name, in the order of the `state_dict`.
  public func emptyLayers(of layout: ParameterLayout) -> [String] {
    layout.parameters.filter { parameter in
      parameter.role.isWeight
        && zip(parameter.blocks, parameter.isLive).allSatisfy { !$1 || survivors(in: $0) == 0 }
    }.map(\.name)
  }

  /// The mask that a pruned network's zeros speak of: convolution and linear weights that are exactly zero (of either sign)
  /// are pruned, everything else survives.
  ///
  /// - Throws: `PruningError.lengthMismatch` where the weights are not the layout's.
  public init(survivorsOf weights: UnsafeBufferPointer<Float>, layout: ParameterLayout) throws(PruningError) {
    self.init(allSurviving: layout.count)
    guard weights.count == layout.count else {
      throw .lengthMismatch(what: "weights", found: weights.count, expected: layout.count)
    }
    for parameter in layout.parameters where parameter.role.isWeight {
      for block in parameter.blocks {
        forEachWord(of: block) { word, bits in
          words[word] &= ~(weights.word(word, where: { $0 .== 0 }) & bits)
        }
      }
    }
  }
}
