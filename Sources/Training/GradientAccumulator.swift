import Kernels
import Networks

/// Adds the gradients of a rank's microbatches as a fixed binary tree, with one buffer a level.
///
/// `((g₀ + g₁) + (g₂ + g₃)) + …`: the tree over a part of the batch is a subtree of that over the whole batch, so that one
/// rank with eight microbatches and eight ranks with one add in the same order.
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
    buffers = (0..<Self.depth(microbatches, inPlace: rounded == 0)).map { _ in AlignedBuffer(count: count) }
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
    try accumulate(microbatches, level: 0, backward)
  }

  private func accumulate(
    _ microbatches: Range<Int>, level: Int, _ backward: (Int, AlignedBuffer, Bool) throws -> Void
  ) rethrows {
    guard microbatches.count > 1 else {
      try backward(microbatches.lowerBound, buffers[level], false)
      return round(level)
    }
    let middle = microbatches.lowerBound + microbatches.count / 2
    try accumulate(microbatches.lowerBound..<middle, level: level, backward)
    if microbatches.upperBound - middle == 1, rounded == 0 {
      try backward(middle, buffers[level], true)
    } else {
      try accumulate(middle..<microbatches.upperBound, level: level + 1, backward)
      addFloats(buffers[level + 1].pointer, to: buffers[level].pointer, count: count)
      round(level)
    }
  }

  private func round(_ level: Int) {
    if rounded > 0 { roundToBFloat16(buffers[level].pointer, count: rounded) }
  }

  /// The buffers that a tree of this many leaves needs. A right half of one leaf is added in place, unless it is rounded first.
  package static func depth(_ leaves: Int, inPlace: Bool) -> Int {
    guard leaves > 1 else { return 1 }
    let left = leaves / 2
    let right = leaves - left
    return max(depth(left, inPlace: inPlace), right == 1 && inPlace ? 1 : 1 + depth(right, inPlace: inPlace))
  }

  /// How often one buffer is added to another in a tree of this many leaves.
  package static func additions(_ leaves: Int, inPlace: Bool) -> Int {
    guard leaves > 1 else { return 0 }
    let left = leaves / 2
    let right = leaves - left
    return additions(left, inPlace: inPlace)
      + (right == 1 && inPlace ? 0 : 1 + additions(right, inPlace: inPlace))
  }
}
