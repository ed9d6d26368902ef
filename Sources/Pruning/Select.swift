import NeuralNetwork
import RandomNumbers

/// Which weights survive one more round of pruning. A pure function of its arguments: one rank selects, the others receive
/// the mask.
///
/// Prunable are all convolution weights, dead taps included (as in PyTorch), and the linear weight. Ranked are only those
/// that `mask` lets survive, as PyTorch's `PruningContainer` does.
///
/// - Parameters:
///   - weights: the arena.
///   - layout: where its parameters lie.
///   - mask: what earlier rounds left; `Mask(allSurviving:)` before the first.
///   - request: what to take.
/// - Returns: `mask` less the weights of this round, exactly as many as the request's amount gives for each pool.
/// - Throws: `PruningError` for amounts that do not fit, lengths that differ, or a surviving prunable weight that is not
///   finite.
public func select(
  weights: UnsafeBufferPointer<Float>, layout: ParameterLayout, mask: Mask, request: PruneRequest
) throws(PruningError) -> Mask {
  try checkLengths(weights, layout, mask)
  var result = mask
  var histogram = MagnitudeHistogram()
  for (number, pool) in Pool.pools(of: layout, request: request).enumerated() {
    let remaining = pool.remaining(mask)
    let count = try pool.amount.count(pool: pool.name, size: pool.size, remaining: remaining)
    if count > 0 && request.method == .l1 {
      if let threshold = histogram.threshold(rank: count, of: pool, weights: weights, mask: mask) {
        result.prune(pool, below: threshold, weights: weights)
      } else {
        try checkFinite(pool, weights, mask)
      }
    } else {
      try checkFinite(pool, weights, mask)
      var stream = RandomStream(seed: request.seed, purpose: .pruning, epoch: request.round, index: number)
      result.prune(count, of: remaining, in: pool, from: &stream)
    }
  }
  return result
}

extension PruneRequest {
  /// Checks that the amounts fit what a mask has left, before anything is done.
  ///
  /// - Throws: what ``select(weights:layout:mask:request:)`` would throw for them.
  public func check(layout: ParameterLayout, mask: Mask) throws(PruningError) {
    for pool in Pool.pools(of: layout, request: self) {
      _ = try pool.amount.count(pool: pool.name, size: pool.size, remaining: pool.remaining(mask))
    }
  }
}

extension Pool {
  /// The weights that a mask has left.
  fileprivate func remaining(_ mask: Mask) -> Int { segments.reduce(0) { $0 + mask.survivors(in: $1) } }
}

private func checkLengths(
  _ weights: UnsafeBufferPointer<Float>, _ layout: ParameterLayout, _ mask: Mask
) throws(PruningError) {
  guard weights.count == layout.count else {
    throw .lengthMismatch(what: "weights", found: weights.count, expected: layout.count)
  }
  guard mask.count == layout.count else {
    throw .lengthMismatch(what: "mask", found: mask.count, expected: layout.count)
  }
  guard layout.count < UInt32.max else { throw .arenaTooLong(found: layout.count) }
  for parameter in layout.parameters {
    let length = parameter.blocks.first?.count ?? 0
    guard parameter.blocks.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= layout.count && $0.count == length }),
      length * parameter.blocks.count == parameter.count
    else { throw .malformedParameter(name: parameter.name) }
  }
}

/// Throws for the first surviving weight, in torchvision's order, that is infinite or not a number.
private func checkFinite(
  _ pool: Pool, _ weights: UnsafeBufferPointer<Float>, _ mask: Mask
) throws(PruningError) {
  let infinity = SIMD16<UInt32>(repeating: Float.infinity.bitPattern)
  var found = false
  for segment in pool.segments {
    forEachWord(of: segment) { word, bits in
      let survivors = mask.words[word] & bits
      guard survivors != 0 else { return }
      if weights.word(word, where: { $0 .>= infinity }) & survivors != 0 { found = true }
    }
  }
  guard found else { return }
  var error: PruningError?
  mask.words.withUnsafeBufferPointer { survivors in
    for parameter in pool.parameters where error == nil {
      parameter.forEachElement(in: survivors) { index, torchvisionIndex in
        guard !weights[index].isFinite else { return true }
        error = .notFinite(parameter: parameter.name, index: torchvisionIndex, value: weights[index])
        return false
      }
    }
  }
  if let error { throw error }
}
