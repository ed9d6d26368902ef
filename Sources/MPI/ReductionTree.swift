/// The order in which a sum is added up, whoever holds its parts: a binary tree over numbered leaves that halves them by count.
///
/// `((x₀ + x₁) + (x₂ + x₃)) + …`, of an odd count the right half having the leaf more. The order depends on the number of leaves
/// alone: ranks that each add a subtree of it, and then each other's sums by the tree over the ranks, end with the bits of
/// one rank that adds all of it.
public struct ReductionTree: Sendable, Hashable {
  /// The leaves, by their numbers.
  public let leaves: Range<Int>

  /// The tree over these leaves.
  public init(_ leaves: Range<Int>) { self.leaves = leaves }

  /// The two trees whose sums are added last; nil for a single leaf.
  public var halves: (left: ReductionTree, right: ReductionTree)? {
    guard leaves.count > 1 else { return nil }
    let middle = leaves.lowerBound + leaves.count / 2
    return (ReductionTree(leaves.lowerBound..<middle), ReductionTree(middle..<leaves.upperBound))
  }

  /// Goes through the additions in their order, where every leaf has a place and a sum takes that of its first leaf.
  ///
  /// - Parameter add: adds the sum at the second leaf's place to the one at the first's.
  public func forEachAddition(_ add: (_ sum: Int, _ addend: Int) throws -> Void) rethrows {
    guard let (left, right) = halves else { return }
    try left.forEachAddition(add)
    try right.forEachAddition(add)
    try add(left.leaves.lowerBound, right.leaves.lowerBound)
  }

  /// The largest subtrees whose leaves all lie in a run of leaves, in their order: the sums that who holds the run can form.
  public func maximalSubtrees(in run: Range<Int>) -> [ReductionTree] {
    let own = leaves.clamped(to: run)
    if own.isEmpty { return [] }
    guard own != leaves, let (left, right) = halves else { return [self] }
    return left.maximalSubtrees(in: run) + right.maximalSubtrees(in: run)
  }

  /// The buffers that it takes to add leaves that are made one after the other: the tree's depth and one.
  ///
  /// - Parameter inPlace: whether a right half of one leaf is added as it is made, which needs no buffer.
  public func buffers(inPlace: Bool) -> Int {
    guard let (left, right) = halves else { return 1 }
    let rightBuffers = inPlace && right.leaves.count == 1 ? 1 : 1 + right.buffers(inPlace: inPlace)
    return max(left.buffers(inPlace: inPlace), rightBuffers)
  }

  /// How often one buffer is added to another where leaves are made one after the other.
  ///
  /// - Parameter inPlace: whether a right half of one leaf is added as it is made.
  public func additions(inPlace: Bool) -> Int {
    guard let (left, right) = halves else { return 0 }
    let rightAdditions = inPlace && right.leaves.count == 1 ? 0 : 1 + right.additions(inPlace: inPlace)
    return left.additions(inPlace: inPlace) + rightAdditions
  }
}
