import Networks
import RandomNumbers

/// The pools of one request and what ranks their weights, made once: any number of weights can then be taken from each.
struct Ranking {
  let pools: [Pool]
  let layout: ParameterLayout
  let mask: Mask
  private let weights: UnsafeBufferPointer<Float>
  private let request: PruneRequest
  /// What ranks in place of the weights' magnitudes.
  private let scores: [Float]?
  private var histogram = MagnitudeHistogram()

  init(
    weights: UnsafeBufferPointer<Float>, layout: ParameterLayout, mask: Mask, request: PruneRequest,
    graph: NetworkGraph?
  ) throws(PruningError) {
    self.weights = weights
    self.layout = layout
    self.mask = mask
    self.request = request
    pools = Pool.pools(of: layout, request: request)
    guard case .numbers(let score) = request.score.order else {
      scores = nil
      return
    }
    for pool in pools { try pool.checkFinite(weights, mask) }
    let input = ScoredWeights(
      weights: weights, mask: mask, costPower: request.costPower, costs: graph?.weightCosts ?? [:])
    var numbers = [Float](repeating: 0, count: weights.count)
    for parameter in pools.flatMap(\.parameters) { try score(parameter, input, &numbers) }
    scores = numbers
  }

  /// The mask less `counts[i]` survivors of the pool `i`.
  mutating func mask(taking counts: [Int]) throws(PruningError) -> Mask {
    var result = mask
    for (number, count) in counts.enumerated() { try prune(count, ofPool: number, in: &result) }
    return result
  }

  /// Prunes as many survivors of one pool in a mask that differs from the ranking's in other pools only.
  mutating func prune(_ count: Int, ofPool number: Int, in result: inout Mask) throws(PruningError) {
    let pool = pools[number]
    guard count > 0 else { return try pool.checkFinite(weights, mask) }
    if case .draw = request.score.order {
      try pool.checkFinite(weights, mask)
      var stream = RandomStream(seed: request.seed, purpose: .pruning, epoch: request.round, index: number)
      return result.prune(count, of: pool.remaining(mask), in: pool, from: &stream)
    }
    guard let share = request.score.share else { return try prune(count, of: pool, in: &result) }
    let remaining = pool.parameters.map { mask.survivors(of: $0) }
    let survivors = LayerShares.divide(
      remaining.reduce(0, +) - count, inProportionTo: pool.parameters.map(share), atMost: remaining)
    for (index, parameter) in pool.parameters.enumerated() where remaining[index] > survivors[index] {
      let layer = Pool(name: parameter.name, parameters: [parameter], amount: .none)
      try prune(remaining[index] - survivors[index], of: layer, in: &result)
    }
  }

  private mutating func prune(_ count: Int, of pool: Pool, in result: inout Mask) throws(PruningError) {
    guard let scores else {
      return try histogram.prune(count, of: pool, in: &result, weights: weights)
    }
    try scores.withUnsafeBufferPointer { (scores) throws(PruningError) in
      try histogram.prune(count, of: pool, in: &result, weights: scores)
    }
  }
}

extension MagnitudeHistogram {
  /// Prunes the `count` survivors of least magnitude.
  ///
  /// - Throws: `PruningError.notFinite` for a survivor that has none.
  fileprivate mutating func prune(
    _ count: Int, of pool: Pool, in mask: inout Mask, weights: UnsafeBufferPointer<Float>
  ) throws(PruningError) {
    guard let threshold = threshold(rank: count, of: pool, weights: weights, mask: mask) else {
      return try pool.checkFinite(weights, mask)
    }
    mask.prune(pool, below: threshold, weights: weights)
  }
}

extension Pool {
  /// The weights that a mask has left.
  func remaining(_ mask: borrowing Mask) -> Int {
    var remaining = 0
    for segment in segments { remaining += mask.survivors(in: segment) }
    return remaining
  }

  /// Throws for the first surviving weight, in torchvision's order, that is infinite or not a number.
  func checkFinite(_ weights: UnsafeBufferPointer<Float>, _ mask: borrowing Mask) throws(PruningError) {
    let infinity = SIMD16<UInt32>(repeating: Float.infinity.bitPattern)
    var error: PruningError?
    mask.words.withUnsafeBufferPointer { survivors in
      var found = false
      for segment in segments {
        forEachWord(of: segment) { word, bits in
          let survivors = survivors[word] & bits
          guard survivors != 0 else { return }
          if weights.word(word, where: { $0 .>= infinity }) & survivors != 0 { found = true }
        }
      }
      guard found else { return }
      for parameter in parameters where error == nil {
        parameter.forEachElement(in: survivors) { index, torchvisionIndex in
          guard !weights[index].isFinite else { return true }
          error = .notFinite(parameter: parameter.name, index: torchvisionIndex, value: weights[index])
          return false
        }
      }
    }
    if let error { throw error }
  }
}
