extension ParameterLayout {
  /// Lays out the parameters of a network: live blocks, statistics, metrics, then dead taps.
  public init(_ graph: NetworkGraph) {
    let layers = graph.declaredLayers
    let declarations = layers.flatMap(\.parameters)
    var blocks = declarations.map { [Range<Int>](repeating: 0..<0, count: $0.isLive.count) }
    var offset = 0
    func take(_ count: Int) -> Range<Int> {
      offset += count
      return offset - count..<offset
    }
    func placeWeights(live: Bool) {
      for (index, declaration) in declarations.enumerated() where declaration.role.isWeight {
        let length = declaration.count / declaration.isLive.count
        for block in blocks[index].indices where declaration.isLive[block] == live {
          blocks[index][block] = take(length)
        }
      }
    }
    placeWeights(live: true)
    let weightCount = offset
    for (index, declaration) in declarations.enumerated() where !declaration.role.isWeight {
      blocks[index][0] = take(declaration.count)
    }
    let liveCount = offset
    let statistics = layers.filter { $0.statisticsChannels > 0 }.map { layer in
      RunningStatistics(
        name: layer.name, mean: take(layer.statisticsChannels), variance: take(layer.statisticsChannels))
    }
    let metrics = take(2)
    placeWeights(live: false)
    self.init(
      parameters: zip(declarations, blocks).map { declaration, blocks in
        Parameter(
          name: declaration.name, shape: declaration.shape, role: declaration.role, blocks: blocks,
          isLive: declaration.isLive)
      }, statistics: statistics, weightCount: weightCount, liveCount: liveCount, metrics: metrics, count: offset)
  }
}
