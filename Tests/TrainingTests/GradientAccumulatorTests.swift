import Kernels
import TestSupport
import Testing
import Training

/// The order in which microbatches' gradients are added.
struct GradientAccumulatorTests {
  private static let count = 19

  /// Gradients of such different size that any other order of additions rounds differently somewhere.
  private static func leaf(_ index: Int) -> [Float] {
    let values = Formula.uniform("leaf/\(index)", count: count, scale: 2)
    let sizes = Formula.integers("size/\(index)", count: count, bound: 8)
    return zip(values, sizes).map { value, size in value * Float(1 << size) }
  }

  /// The tree by its definition: halves, the smaller first.
  private static func tree(_ leaves: Range<Int>) -> [Float] {
    guard leaves.count > 1 else { return leaf(leaves.lowerBound) }
    let middle = leaves.lowerBound + leaves.count / 2
    return zip(tree(leaves.lowerBound..<middle), tree(middle..<leaves.upperBound)).map { $0 + $1 }
  }

  private static func accumulate(_ leaves: Range<Int>) -> (sum: [Float], order: [Int]) {
    let accumulator = GradientAccumulator(microbatches: leaves.count, count: count)
    var order: [Int] = []
    // Twice: the second step must not see what the first left in the buffers.
    for _ in 0..<2 {
      order = []
      accumulator.accumulate(leaves) { index, result, adding in
        order.append(index)
        for (place, value) in leaf(index).enumerated() {
          result.pointer[place] = adding ? result.pointer[place] + value : value
        }
      }
    }
    return (Array(accumulator.sum.elements), order)
  }

  @Test(arguments: 1...12)
  func sumsAreAddedAsATree(leaves: Int) {
    for start in [0, 3] {
      let (sum, order) = Self.accumulate(start..<start + leaves)
      #expect(sum == Self.tree(start..<start + leaves))
      #expect(order == Array(start..<start + leaves))
    }
  }

  /// Why the number of ranks does not show: a rank's part of the batch is a subtree of the whole.
  @Test(arguments: [1, 2, 3], [2, 4, 8])
  func partsOfABatchAreSubtrees(microbatchesPerRank: Int, ranks: Int) {
    var sums = (0..<ranks).map { rank in
      Self.accumulate(rank * microbatchesPerRank..<(rank + 1) * microbatchesPerRank).sum
    }
    while sums.count > 1 {
      sums = stride(from: 0, to: sums.count, by: 2).map { pair in zip(sums[pair], sums[pair + 1]).map { $0 + $1 } }
    }
    #expect(sums[0] == Self.accumulate(0..<ranks * microbatchesPerRank).sum)
  }

  /// With every node rounded a subtree on another rank is still a subtree.
  @Test(arguments: [1, 2, 3, 5], [2, 4])
  func roundedPartsOfABatchAreSubtrees(microbatchesPerRank: Int, ranks: Int) {
    func rounded(_ values: [Float]) -> [Float] {
      var values = values
      values.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { roundToBFloat16(start, count: Self.count - 2) }
      }
      return values
    }
    func sum(_ leaves: Range<Int>) -> [Float] {
      let accumulator = GradientAccumulator(microbatches: leaves.count, count: Self.count, rounded: Self.count - 2)
      accumulator.accumulate(leaves) { index, result, adding in
        for (place, value) in Self.leaf(index).enumerated() {
          result.pointer[place] = adding ? result.pointer[place] + value : value
        }
      }
      return Array(accumulator.sum.elements)
    }
    func tree(_ leaves: Range<Int>) -> [Float] {
      guard leaves.count > 1 else { return rounded(Self.leaf(leaves.lowerBound)) }
      let middle = leaves.lowerBound + leaves.count / 2
      return rounded(zip(tree(leaves.lowerBound..<middle), tree(middle..<leaves.upperBound)).map { $0 + $1 })
    }
    var sums = (0..<ranks).map { sum($0 * microbatchesPerRank..<($0 + 1) * microbatchesPerRank) }
    #expect(sums[0] == tree(0..<microbatchesPerRank))
    while sums.count > 1 {
      sums = stride(from: 0, to: sums.count, by: 2).map { pair in
        rounded(zip(sums[pair], sums[pair + 1]).map { $0 + $1 })
      }
    }
    #expect(sums[0] == sum(0..<ranks * microbatchesPerRank))
  }

  /// The test's own numbers can tell orders apart.
  @Test func otherOrdersGiveOtherBits() {
    let oneByOne = (1..<8).reduce(Self.leaf(0)) { sum, index in zip(sum, Self.leaf(index)).map { $0 + $1 } }
    #expect(oneByOne != Self.tree(0..<8))
  }

  @Test func aFailureGoesThrough() {
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try GradientAccumulator(microbatches: 3, count: 1).accumulate(0..<3) { index, _, _ in
        if index == 1 { throw Failure() }
      }
    }
  }
}
