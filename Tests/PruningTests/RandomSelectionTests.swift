import Networks
import Pruning
import Testing

struct RandomSelectionTests {
  static let network = SelectionTests.network()
  static let indices = network.indices(of: .convolutionWeight)

  private func mask(_ amount: PruneAmount, seed: UInt64 = 1, round: Int = 0, after mask: Mask? = nil) throws -> Mask {
    try Self.network.select(mask, .init(convolutionAmount: amount, score: .random, seed: seed, round: round))
  }

  @Test func theKeyDecides() throws {
    let first = try mask(.fraction(0.5))
    #expect(try mask(.fraction(0.5)) == first)
    #expect(try mask(.fraction(0.5), seed: 2) != first)
    #expect(try mask(.fraction(0.5), round: 1) != first)
  }

  @Test(arguments: [0, 1, 63, 2000, 4700, 4774])
  func exactlyTheCountIsTaken(count: Int) throws {
    let size = Self.indices.count
    let count = min(count, size)
    let mask = try mask(.count(count))
    #expect(Self.indices.count { !mask[$0] } == count)
    #expect(mask.survivorCount == Self.network.layout.count - count)
  }

  @Test func everythingCanBeTaken() throws {
    let mask = try mask(.count(Self.indices.count))
    #expect(Self.indices.allSatisfy { !mask[$0] })
  }

  @Test func roundsTakeOnlyFromWhatRemains() throws {
    let first = try mask(.fraction(0.5))
    let second = try mask(.fraction(0.5), round: 1, after: first)
    #expect(Self.indices.allSatisfy { first[$0] || !second[$0] })
    let remaining = Self.indices.count { first[$0] }
    #expect(
      Self.indices.count { second[$0] } == remaining - Int((0.5 * Double(remaining)).rounded(.toNearestOrEven)))
  }

  @Test func magnitudesDoNotMatter() throws {
    var other = Self.network
    for index in other.arena.indices { other.arena[index] = Float(index) }
    let request = PruneRequest(convolutionAmount: .fraction(0.3), scope: .local, score: .random, seed: 3)
    #expect(try other.select(nil, request) == Self.network.select(nil, request))
  }

  /// Each weight is taken with the probability of the fraction: over 400 draws no count strays by six deviations.
  @Test func everyWeightIsTakenAsOften() throws {
    var taken = [Int](repeating: 0, count: Self.indices.count)
    for seed in UInt64(0)..<400 {
      let mask = try mask(.fraction(0.25), seed: seed)
      for (position, index) in Self.indices.enumerated() where !mask[index] { taken[position] += 1 }
    }
    let deviation = (400 * 0.25 * 0.75).squareRoot()
    #expect(taken.allSatisfy { abs(Double($0) - 100) < 6 * deviation })
    // The counts are spread as independent draws would be: their variance is that of the binomial distribution.
    let variance = taken.reduce(0) { $0 + (Double($1) - 100) * (Double($1) - 100) } / Double(taken.count)
    #expect(abs(variance / 75 - 1) < 0.15)
  }
}
