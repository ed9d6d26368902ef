/// The way from a layout to one that holds survivors only.
///
/// Everything keeps its order, so that survivors of a range stay one range.
public struct Compaction: Sendable {
  /// The smaller layout.
  public let layout: ParameterLayout
  /// For each element of the smaller arena, its place in the larger one.
  public let sources: [Int32]

  /// - Parameters:
  ///   - larger: a layout, compact or not.
  ///   - survives: whether an element of its arena stays. Asked for weights of convolutions and linear layers only.
  public init(_ larger: ParameterLayout, keeping survives: (Int) -> Bool) {
    precondition(larger.count <= Int32.max, "an arena of \(larger.count) elements")
    var sources: [Int32] = []
    sources.reserveCapacity(larger.count)
    var blocks = larger.parameters.map { [Range<Int>](repeating: 0..<0, count: $0.blocks.count) }
    var kept = larger.parameters.map { [[Int32]](repeating: [], count: $0.blocks.count) }
    func place(_ range: Range<Int>) -> Range<Int> {
      let start = sources.count
      for index in range { sources.append(Int32(index)) }
      return start..<sources.count
    }
    func placeSurvivors(_ number: Int, _ block: Int) {
      let parameter = larger.parameters[number]
      let start = sources.count
      for (position, index) in parameter.blocks[block].enumerated() where survives(index) {
        sources.append(Int32(index))
        kept[number][block].append(parameter.kept?[block][position] ?? Int32(position))
      }
      blocks[number][block] = start..<sources.count
    }
    func placeWeights(live: Bool) {
      for (number, parameter) in larger.parameters.enumerated() where parameter.role.isWeight {
        for block in parameter.blocks.indices where parameter.isLive[block] == live { placeSurvivors(number, block) }
      }
    }
    placeWeights(live: true)
    let weightCount = sources.count
    for (number, parameter) in larger.parameters.enumerated() where !parameter.role.isWeight {
      blocks[number][0] = place(parameter.blocks[0])
    }
    let liveCount = sources.count
    let statistics = larger.statistics.map {
      RunningStatistics(name: $0.name, mean: place($0.mean), variance: place($0.variance))
    }
    let metrics = place(larger.metrics)
    placeWeights(live: false)
    let parameters = larger.parameters.enumerated().map { number, parameter in
      let count = blocks[number].reduce(0) { $0 + $1.count }
      return Parameter(
        name: parameter.name, shape: parameter.shape, role: parameter.role, blocks: blocks[number],
        isLive: parameter.isLive, kept: count == parameter.count ? nil : kept[number])
    }
    layout = ParameterLayout(
      parameters: parameters, statistics: statistics, weightCount: weightCount, liveCount: liveCount, metrics: metrics,
      count: sources.count)
    self.sources = sources
  }

  /// Moves what survives of an arena, a gradient or a momentum into a buffer of the smaller layout.
  public func copy(_ larger: UnsafePointer<Float>, to smaller: UnsafeMutablePointer<Float>, in range: Range<Int>) {
    for index in range { smaller[index] = larger[Int(sources[index])] }
  }
}

extension Network {
  /// The same network with the survivors of its weights only.
  public func compacted(_ compaction: Compaction) -> Network {
    let result = Network(architecture, classes: classes, layout: compaction.layout)
    compaction.copy(arena.pointer, to: result.arena.pointer, in: 0..<compaction.layout.count)
    result.batchesTracked = batchesTracked
    return result
  }
}
