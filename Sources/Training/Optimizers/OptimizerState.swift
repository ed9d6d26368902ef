import Networks

/// What an optimizer remembers from step to step, of all ranks' slices together.
package struct OptimizerState: Sendable, Equatable {
  /// Of the live parameters, by the names of the optimizer's slices.
  package var slices: [String: [Float]]
  /// Of dead taps by the same names, where L1 regularization moves each by its own sign; empty where it does not.
  package var dead: [String: [Float]]
  /// The optimizer's own numbers; see ``Optimizer/scalars``.
  package var scalars: [String: Double]
  /// The moving average of the live parameters and running statistics, where there is one.
  package var average: [Float]?

  package init(
    slices: [String: [Float]], dead: [String: [Float]] = [:], scalars: [String: Double], average: [Float]? = nil
  ) {
    self.slices = slices
    self.dead = dead
    self.scalars = scalars
    self.average = average
  }

  /// What is left of it for the survivors of a compaction.
  ///
  /// - Parameter larger: the layout that it is of.
  func compacted(_ compaction: Compaction, from larger: ParameterLayout) -> OptimizerState {
    func survivors(_ values: [Float], of range: Range<Int>, from start: Int = 0) -> [Float] {
      range.map { values[Int(compaction.sources[$0]) - start] }
    }
    let layout = compaction.layout
    return OptimizerState(
      slices: slices.mapValues { survivors($0, of: 0..<layout.liveCount) },
      dead: dead.mapValues { survivors($0, of: layout.dead, from: larger.dead.lowerBound) }, scalars: scalars,
      average: average.map { survivors($0, of: 0..<layout.averagedCount) })
  }
}

/// Memory that is used again: new memory comes page by page, and that takes longer than a copy of the size.
package struct SpareMemory: Sendable {
  private var arrays: [[Float]]

  package init(_ arrays: [[Float]] = []) { self.arrays = arrays }

  /// A copy of elements, in memory of their number where there is some.
  package mutating func copy(_ elements: UnsafeMutableBufferPointer<Float>) -> [Float] {
    guard let index = arrays.firstIndex(where: { $0.count == elements.count }) else { return Array(elements) }
    var copy = arrays.remove(at: index)
    copy.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: elements) }
    return copy
  }
}
