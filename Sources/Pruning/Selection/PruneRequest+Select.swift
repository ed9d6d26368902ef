import Networks

extension PruneRequest {
  /// Which weights survive one more round of pruning. A pure function of its arguments: one rank selects, the others receive
  /// the mask.
  ///
  /// Prunable are all convolution weights, dead taps included (as in PyTorch), and the linear weight. Ranked are only those
  /// that `mask` lets survive, as PyTorch's `PruningContainer` does. In a compact layout, what it leaves out counts as pruned:
  /// amounts refer to the full tensors, and the survivors are those that the full layout would give.
  ///
  /// - Parameters:
  ///   - weights: the arena.
  ///   - layout: where its parameters lie.
  ///   - mask: what earlier rounds left; `Mask(allSurviving:)` before the first.
  ///   - graph: the network's operations: what weights cost, and whether its result still depends on the image. A target and
  ///     ``PruneScore/l1PerCost`` need it.
  /// - Returns: `mask` less the weights of this round: exactly as many as the request's amount gives for each pool, or the
  ///   fewest that meet its target.
  /// - Throws: `PruningError` for amounts that do not fit, lengths that differ, a surviving prunable weight that is not finite, a
  ///   target that is met already or out of reach, or, where there is a graph, an amount that would cut every way from the
  ///   image to the result.
  public func select(
    weights: UnsafeBufferPointer<Float>, layout: ParameterLayout, mask: Mask, graph: NetworkGraph? = nil
  ) throws(PruningError) -> Mask {
    try Self.checkLengths(weights, layout, mask)
    try checkScore()
    var ranking = try Ranking(weights: weights, layout: layout, mask: mask, request: self, graph: graph)
    var counts: [Int] = []
    for pool in ranking.pools { counts.append(try pool.count(mask)) }
    if let target {
      guard let graph else { throw .unknownCost(parameter: layout.parameters.first?.name ?? "the network") }
      return try ranking.mask(reaching: target, request: self, linearCount: counts[1], graph: graph)
    }
    let result = try ranking.mask(taking: counts)
    if let graph { try ranking.check(result, taking: counts, graph: graph) }
    return result
  }

  /// Checks that amounts and target fit what a mask has left, before anything is done.
  ///
  /// - Throws: what ``select(weights:layout:mask:graph:)`` would throw for them, as far as it can be known without
  ///   the weights.
  public func check(layout: ParameterLayout, mask: Mask, graph: NetworkGraph) throws(PruningError) {
    try checkScore()
    for pool in Pool.pools(of: layout, request: self) { _ = try pool.count(mask) }
    guard let target else { return }
    let cost = NetworkCost(graph: graph, layout: layout, mask: mask)
    if cost.meets(target) { throw .targetMet(target, share: cost.share(target)) }
    var nothing = mask
    for parameter in layout.convolutionWeights { nothing.removeAll(of: parameter) }
    let least = NetworkCost(graph: graph, layout: layout, mask: nothing)
    if !least.meets(target) { throw .targetOutOfReach(target, least: least.share(target)) }
  }

  private func checkScore() throws(PruningError) {
    if scope == .local && score.isGlobal { throw .scopeContradictsScore(score) }
    if scope == .local, let target { throw .scopeContradictsTarget(target) }
    guard PruneScore.costPowers.contains(costPower) else { throw .costPowerOutOfRange(found: costPower) }
    try target?.check()
  }

  private static func checkLengths(
    _ weights: UnsafeBufferPointer<Float>, _ layout: ParameterLayout, _ mask: Mask
  ) throws(PruningError) {
    guard weights.count == layout.count else {
      throw .lengthMismatch(what: "weights", found: weights.count, expected: layout.count)
    }
    guard mask.count == layout.count else {
      throw .lengthMismatch(what: "mask", found: mask.count, expected: layout.count)
    }
    guard layout.count < UInt32.max else { throw .arenaTooLong(found: layout.count) }
    for parameter in layout.parameters where !parameter.isWellFormed(in: layout.count) {
      throw .malformedParameter(name: parameter.name)
    }
  }
}

extension Mask {
  fileprivate mutating func removeAll(of parameter: Parameter) {
    for block in parameter.blocks { forEachWord(of: block) { words[$0] &= ~$1 } }
  }
}

extension Parameter {
  /// Whether its blocks lie in an arena of `count` elements and make up its shape.
  fileprivate func isWellFormed(in count: Int) -> Bool {
    guard !blocks.isEmpty, isLive.count == blocks.count, self.count % blocks.count == 0,
      blocks.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= count })
    else { return false }
    let length = self.count / blocks.count
    guard let kept else { return blocks.allSatisfy { $0.count == length } }
    return kept.count == blocks.count
      && zip(kept, blocks).allSatisfy { places, block in
        places.count == block.count && places.first.map { $0 >= 0 } != false
          && places.last.map { $0 < length } != false && zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
      }
  }
}
