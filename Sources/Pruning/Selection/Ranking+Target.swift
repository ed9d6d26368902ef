import Foundation
import Networks

extension Ranking {
  /// The mask less the fewest convolution weights that meet the round's part of a target, found by bisection over exact
  /// selections: one weight less would miss it. (Draws of different sizes are not parts of each other, so with
  /// ``PruneScore/random`` a smaller one may meet it too.)
  mutating func mask(
    reaching target: PruneTarget, request: PruneRequest, linearCount: Int, graph: NetworkGraph
  ) throws(PruningError) -> Mask {
    let before = NetworkCost(graph: graph, layout: layout, mask: mask)
    var start = mask
    try prune(linearCount, ofPool: 1, in: &start)
    if before.meets(target) {
      // An earlier round may have gone beyond, where single weights cost much.
      if request.round == 0 { throw .targetMet(target, share: before.share(target)) }
      return start
    }
    let share = before.share(target)
    let goal =
      request.roundsLeft <= 1
      ? target : target.allowing(share * pow(target.share / share, 1 / Double(request.roundsLeft)))

    let remaining = pools[0].remaining(mask)
    let layout = layout
    func meets(_ mask: Mask) -> Bool { NetworkCost(graph: graph, layout: layout, mask: mask).meets(goal) }
    let count = try smallestCount(upTo: remaining, ofPool: 0, from: start, where: meets)
    var result = start
    try prune(count ?? remaining, ofPool: 0, in: &result)
    guard count != nil, graph.dependsOnImage(result, layout) || !graph.dependsOnImage(mask, layout) else {
      let cut = try smallestCount(upTo: remaining, ofPool: 0, from: start) { !graph.dependsOnImage($0, layout) }
      var smallest = start
      try prune(max(0, (cut ?? 1) - 1), ofPool: 0, in: &smallest)
      let least = NetworkCost(graph: graph, layout: layout, mask: smallest).share(target)
      throw .targetOutOfReach(target, least: least)
    }
    return result
  }

  /// Throws where the pruned network's result no longer depends on the image, though the one before did.
  mutating func check(_ result: Mask, taking counts: [Int], graph: NetworkGraph) throws(PruningError) {
    let layout = layout
    guard !graph.dependsOnImage(result, layout) && graph.dependsOnImage(mask, layout) else { return }
    var partial = mask
    for number in pools.indices {
      var next = partial
      try prune(counts[number], ofPool: number, in: &next)
      if !graph.dependsOnImage(next, layout) {
        let cut = try smallestCount(upTo: counts[number], ofPool: number, from: partial) {
          !graph.dependsOnImage($0, layout)
        }
        let pool = pools[number]
        throw .emptiesNetwork(
          pool: pool.name, found: counts[number], largest: (cut ?? 1) - 1, pruned: pool.size - pool.remaining(mask),
          size: pool.size, layers: next.emptyLayers(of: layout))
      }
      partial = next
    }
  }

  /// The smallest number of weights of a pool without which a mask has a property that more pruning does not take away;
  /// nil if there is none.
  private mutating func smallestCount(
    upTo limit: Int, ofPool number: Int, from start: Mask, where holds: (Mask) -> Bool
  ) throws(PruningError) -> Int? {
    func pruned(_ count: Int, by ranking: inout Ranking) throws(PruningError) -> Mask {
      var mask = start
      try ranking.prune(count, ofPool: number, in: &mask)
      return mask
    }
    guard holds(try pruned(limit, by: &self)) else { return nil }
    if holds(start) { return 0 }
    var (fails, succeeds) = (0, limit)
    while succeeds - fails > 1 {
      let middle = fails + (succeeds - fails) / 2
      if holds(try pruned(middle, by: &self)) { succeeds = middle } else { fails = middle }
    }
    return succeeds
  }
}

extension NetworkGraph {
  /// Whether the result depends on the image with what a mask leaves.
  fileprivate func dependsOnImage(_ mask: Mask, _ layout: ParameterLayout) -> Bool {
    dependsOnImage(without: Set(mask.emptyLayers(of: layout)))
  }
}
