import Kernels
import MPI
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

  private static func accumulate(_ microbatches: Range<Int>, rounded: Int = 0) -> (sum: [Float], order: [Int]) {
    let accumulator = GradientAccumulator(microbatches: microbatches, count: count, rounded: rounded)
    // Twice: the second step must not see what the first left in the buffers.
    for leaf in accumulator.leaves + accumulator.leaves {
      let result = accumulator.buffer(of: leaf).pointer
      for (place, value) in Self.leaf(leaf.microbatch).enumerated() {
        result[place] = leaf.isAdded ? result[place] + value : value
      }
      accumulator.finish(leaf)
    }
    return (Array(accumulator.sum.elements), accumulator.leaves.map(\.microbatch))
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
    func sum(_ leaves: Range<Int>) -> [Float] { Self.accumulate(leaves, rounded: Self.count - 2).sum }
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

  /// Which numbers of ranks end with the bits of one: by the order in which their leaves are added.
  @Test func theRuleOfRankCountsIsThatOfTheTree() {
    func order(_ tree: ReductionTree) -> String {
      guard let (left, right) = tree.halves else { return "\(tree.leaves.lowerBound)" }
      return "(\(order(left)) \(order(right)))"
    }
    func order(_ ranks: ReductionTree, each count: Int) -> String {
      guard let (left, right) = ranks.halves else {
        let first = ranks.leaves.lowerBound * count
        return order(ReductionTree(first..<first + count))
      }
      return "(\(order(left, each: count)) \(order(right, each: count)))"
    }
    for microbatches in 1...48 {
      for ranks in 1...microbatches where microbatches % ranks == 0 {
        let isSame =
          order(ReductionTree(0..<ranks), each: microbatches / ranks) == order(ReductionTree(0..<microbatches))
        for method in [ExchangeMethod.tree, .bfloat16] {
          #expect(method.givesBitsOfOneRank(ranks: ranks, microbatches: microbatches) == isSame)
        }
        #expect(ExchangeMethod.native.givesBitsOfOneRank(ranks: ranks, microbatches: microbatches) == (ranks == 1))
      }
    }
  }
}
