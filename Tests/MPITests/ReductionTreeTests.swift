import MPI
import Testing

/// The order of additions that all rank counts share.
@Suite struct ReductionTreeTests {
  /// The sum over these leaves, written out: two orders that are written alike give the same bits.
  private func text(_ leaves: Range<Int>) -> String {
    var sums = Dictionary(uniqueKeysWithValues: leaves.map { ($0, "\($0)") })
    ReductionTree(leaves).forEachAddition { add($0, $1, &sums) }
    return sums[leaves.lowerBound] ?? ""
  }

  private func add(_ sum: Int, _ addend: Int, _ sums: inout [Int: String]) {
    guard let first = sums[sum], let second = sums.removeValue(forKey: addend) else {
      Issue.record("a leaf is added twice")
      return
    }
    sums[sum] = "(\(first)+\(second))"
  }

  @Test(arguments: [
    (1, "0"), (2, "(0+1)"), (3, "(0+(1+2))"), (4, "((0+1)+(2+3))"), (5, "((0+1)+(2+(3+4)))"),
    (7, "((0+(1+2))+((3+4)+(5+6)))"),
  ])
  func leavesAreHalvedByCount(count: Int, expected: String) {
    #expect(text(0..<count) == expected)
  }

  /// Each rank adds its leaves, then the owner adds the ranks' sums.
  private func text(_ leaves: Int, ranks: Int) -> String {
    let share = leaves / ranks
    var sums = Dictionary(uniqueKeysWithValues: (0..<ranks).map { ($0, text($0 * share..<($0 + 1) * share)) })
    ReductionTree(0..<ranks).forEachAddition { add($0, $1, &sums) }
    return sums[0] ?? ""
  }

  @Test func rankCountsThatArePowersOfTwoAddInTheSameOrder() {
    for (leaves, ranks) in [(8, 1), (8, 2), (8, 4), (8, 8), (12, 2), (12, 4), (96, 32), (3, 3), (96, 96)] {
      #expect(text(leaves, ranks: ranks) == text(0..<leaves), "\(leaves) leaves on \(ranks) ranks")
    }
    #expect(text(12, ranks: 3) != text(0..<12) && text(12, ranks: 6) != text(0..<12))
  }

  @Test func theLargestSubtreesOfARunCoverIt() {
    func runs(_ leaves: Int, _ run: Range<Int>) -> [Range<Int>] {
      ReductionTree(0..<leaves).maximalSubtrees(in: run).map(\.leaves)
    }
    #expect(runs(8, 0..<8) == [0..<8])
    #expect(runs(8, 1..<7) == [1..<2, 2..<4, 4..<6, 6..<7])
    #expect(runs(8, 4..<20) == [4..<8])
    #expect(runs(12, 4..<8) == [4..<6, 6..<7, 7..<8])
    #expect(runs(8, 3..<3) == [] && runs(8, 9..<12) == [])
    for leaves in 1...40 {
      for start in 0..<leaves {
        for end in start + 1...leaves {
          let parts = runs(leaves, start..<end)
          #expect(parts.flatMap(Array.init) == Array(start..<end))
          #expect(parts.count <= 12, "two a level at most")
        }
      }
    }
  }

  /// Adds leaves as they are made, with a buffer a level, and counts.
  private func work(_ tree: ReductionTree, level: Int, inPlace: Bool) -> (buffers: Int, additions: Int) {
    guard let (left, right) = tree.halves else { return (level + 1, 0) }
    let first = work(left, level: level, inPlace: inPlace)
    if inPlace, right.leaves.count == 1 { return first }
    let second = work(right, level: level + 1, inPlace: inPlace)
    return (max(first.buffers, second.buffers), first.additions + second.additions + 1)
  }

  @Test func buffersAndAdditionsAreWhatTheWorkTakes() {
    for count in 1...64 {
      let tree = ReductionTree(0..<count)
      for inPlace in [false, true] {
        let needed = work(tree, level: 0, inPlace: inPlace)
        #expect(
          tree.buffers(inPlace: inPlace) == needed.buffers && tree.additions(inPlace: inPlace) == needed.additions)
      }
      #expect(tree.additions(inPlace: false) == count - 1)
    }
    #expect([1, 2, 3, 4, 8].map { ReductionTree(0..<$0).buffers(inPlace: false) } == [1, 2, 3, 3, 4])
    #expect([1, 2, 3, 4, 8].map { ReductionTree(0..<$0).buffers(inPlace: true) } == [1, 1, 2, 2, 3])
  }
}
