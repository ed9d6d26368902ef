import Kernels
import MPI
import Networks

/// Adds the gradients of a rank's microbatches by a ``ReductionTree``, with one buffer a level.
///
/// The tree over a part of the batch is a subtree of that over the whole batch, so that one rank with eight microbatches and
/// eight ranks with one add in the same order.
package final class GradientAccumulator {
  private let buffers: [AlignedBuffer]
  private let count: Int
  /// The floats, from the first on, that are rounded to bfloat16 in every node of the tree.
  private let rounded: Int

  /// - Parameters:
  ///   - microbatches: how many are added up.
  ///   - count: the floats of a gradient.
  ///   - rounded: how many of them, from the first on, are rounded to bfloat16 in every node of the tree.
  package init(microbatches: Int, count: Int, rounded: Int = 0) {
    buffers = (0..<ReductionTree(0..<microbatches).buffers(inPlace: rounded == 0)).map { _ in
      AlignedBuffer(count: count)
    }
    self.count = count
    self.rounded = rounded
  }

  /// Where ``accumulate(_:_:)`` leaves the sum.
  package var sum: AlignedBuffer { buffers[0] }

  /// Computes and adds all gradients.
  ///
  /// - Parameters:
  ///   - microbatches: their indices.
  ///   - backward: computes the gradient of a microbatch into a buffer, or adds it to what is there.
  package func accumulate(
    _ microbatches: Range<Int>, _ backward: (_ microbatch: Int, _ result: AlignedBuffer, _ adding: Bool) throws -> Void
  ) rethrows {
    try accumulate(ReductionTree(microbatches), level: 0, backward)
  }

  private func accumulate(
    _ tree: ReductionTree, level: Int, _ backward: (Int, AlignedBuffer, Bool) throws -> Void
  ) rethrows {
    guard let (left, right) = tree.halves else {
      try backward(tree.leaves.lowerBound, buffers[level], false)
      return round(level)
    }
    try accumulate(left, level: level, backward)
    if right.leaves.count == 1, rounded == 0 {
      try backward(right.leaves.lowerBound, buffers[level], true)
    } else {
      try accumulate(right, level: level + 1, backward)
      addFloats(buffers[level + 1].pointer, to: buffers[level].pointer, count: count)
      round(level)
    }
  }

  private func round(_ level: Int) {
    if rounded > 0 { roundToBFloat16(buffers[level].pointer, count: rounded) }
  }
}
