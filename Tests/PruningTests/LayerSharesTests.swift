import Pruning
import Testing

/// Division in whole parts against its definition.
struct LayerSharesTests {
  @Test(arguments: UInt64(0)..<200)
  func partsAreProportionalUpToTheirLimits(seed: UInt64) {
    var generator = SplitMix(state: seed)
    let count = Int.random(in: 1...12, using: &generator)
    let weights = (0..<count).map { _ in Int.random(in: 1...500, using: &generator) }
    let limits = (0..<count).map { _ in Int.random(in: 0...300, using: &generator) }
    let total = Int.random(in: 0...limits.reduce(0, +), using: &generator)
    let parts = LayerShares.divide(total, inProportionTo: weights, atMost: limits)
    #expect(parts.reduce(0, +) == total)
    #expect(zip(parts, limits).allSatisfy { $0 >= 0 && $0 <= $1 })
    // One rate for all: every part lies within 1 of rate × weight or at its limit.
    let open = parts.indices.filter { parts[$0] < limits[$0] }
    let lowest = open.map { Double(parts[$0] - 1) / Double(weights[$0]) }.max() ?? 0
    for index in parts.indices {
      #expect(Double(parts[index] + 1) / Double(weights[index]) >= lowest || parts[index] == limits[index])
    }
    for index in open { #expect(open.allSatisfy { weights[$0] < weights[index] || parts[$0] >= parts[index] - 1 }) }
  }

  @Test func remaindersGoToTheLargestAndTheFirst() {
    #expect(LayerShares.divide(10, inProportionTo: [1, 1, 1], atMost: [9, 9, 9]) == [4, 3, 3])
    #expect(LayerShares.divide(11, inProportionTo: [1, 1, 1], atMost: [9, 9, 9]) == [4, 4, 3])
    #expect(LayerShares.divide(7, inProportionTo: [1, 2, 4], atMost: [9, 9, 9]) == [1, 2, 4])
    #expect(LayerShares.divide(5, inProportionTo: [1, 3], atMost: [9, 9]) == [1, 4])
  }

  @Test func whatIsAboveALimitGoesToTheOthers() {
    #expect(LayerShares.divide(12, inProportionTo: [10, 1, 1], atMost: [4, 9, 9]) == [4, 4, 4])
    #expect(LayerShares.divide(0, inProportionTo: [3, 1], atMost: [4, 9]) == [0, 0])
    #expect(LayerShares.divide(13, inProportionTo: [3, 1], atMost: [4, 9]) == [4, 9])
    #expect(LayerShares.divide(3, inProportionTo: [3, 1, 1], atMost: [0, 9, 0]) == [0, 3, 0])
  }
}
