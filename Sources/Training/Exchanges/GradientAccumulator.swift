import Kernels
import MPI

/// Adds the gradients of a rank's microbatches by a ``ReductionTree``, with one buffer a level.
///
/// The tree over a part of the batch is a subtree of that over the whole batch, so that one rank with eight microbatches and
/// eight ranks with one add in the same order.
package final class GradientAccumulator {
  /// One microbatch on the walk through the tree.
  package struct Leaf {
    package let microbatch: Int
    /// Whether its gradient is added to what is in its buffer.
    package let isAdded: Bool
    fileprivate let level: Int
    /// How many sums it completes, each with the level above.
    fileprivate var sums = 0
  }

  /// The microbatches in their order. The gradient of each goes to ``buffer(of:)``, and then ``finish(_:)`` adds what is complete.
  package let leaves: [Leaf]
  private let buffers: [AlignedBuffer]
  private let count: Int
  private let rounded: Int

  /// - Parameters:
  ///   - microbatches: their indices.
  ///   - count: the floats of a gradient.
  ///   - rounded: how many of them, from the first on, are rounded to bfloat16 in every node of the tree.
  package init(microbatches: Range<Int>, count: Int, rounded: Int = 0) {
    let tree = ReductionTree(microbatches)
    leaves = Self.walk(tree, level: 0, inPlace: rounded == 0)
    buffers = (0..<tree.buffers(inPlace: rounded == 0)).map { _ in AlignedBuffer(count: count) }
    self.count = count
    self.rounded = rounded
  }

  private static func walk(_ tree: ReductionTree, level: Int, inPlace: Bool) -> [Leaf] {
    guard let (left, right) = tree.halves else {
      return [Leaf(microbatch: tree.leaves.lowerBound, isAdded: false, level: level)]
    }
    let first = walk(left, level: level, inPlace: inPlace)
    if inPlace, right.leaves.count == 1 {
      return first + [Leaf(microbatch: right.leaves.lowerBound, isAdded: true, level: level)]
    }
    var second = walk(right, level: level + 1, inPlace: inPlace)
    second[second.count - 1].sums += 1
    return first + second
  }

  /// The sum, when the last leaf is finished.
  package var sum: AlignedBuffer { buffers[0] }

  /// Where the gradient of a microbatch belongs.
  package func buffer(of leaf: Leaf) -> AlignedBuffer { buffers[leaf.level] }

  /// Adds up what is complete with the gradient of a microbatch.
  package func finish(_ leaf: Leaf) {
    round(leaf.level)
    for level in (leaf.level - leaf.sums..<leaf.level).reversed() {
      addFloats(buffers[level + 1].pointer, to: buffers[level].pointer, count: count)
      round(level)
    }
  }

  private func round(_ level: Int) {
    if rounded > 0 { roundToBFloat16(buffers[level].pointer, count: rounded) }
  }
}
