import Foundation
import Networks
import Pruning
import TestSupport
import Testing

/// Masks and targets on ResNet18 against the papers' formulas in NumPy (written by `Tests/Golden/pruning_scores.py`).
@Suite(.serialized)
struct ScoreGoldenTests {
  struct Layer: Decodable, Equatable {
    let survivors: Int
    /// The sum of (index + 1)² modulo 2⁶⁴ over the survivors, in torchvision's order.
    let checksum: String
  }
  struct Case: Decodable, CustomTestStringConvertible {
    let score: String
    let power: Double
    let totals: [Double]
    let rounds: [[Layer]]
    var testDescription: String { "\(score) \(power) \(totals)" }
  }
  struct Target: Decodable, CustomTestStringConvertible {
    let score: String
    let power: Double
    let share: Double
    let pruned: Int
    var testDescription: String { "\(score), \(share)" }
  }
  struct Golden: Decodable {
    let denseMultiplyAdds: Int
    let cases: [Case]
    let targets: [Target]
  }

  static let golden = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/scores.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  static let graph = Architecture.resnet18.graph(classes: 10)
  static let layout = ParameterLayout(graph)

  /// The arena of a round.
  static func arena(_ round: Int) -> [Float] {
    var arena = [Float](repeating: 1, count: layout.count)
    arena.withUnsafeMutableBufferPointer { arena in
      guard let base = arena.baseAddress else { return }
      for parameter in layout.convolutionWeights {
        let scale = Float((1 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot())
        let values = Formula.uniform("\(parameter.name)/\(round)", count: parameter.count, scale: 2)
          .map { scale * ($0 / (1.01 - abs($0))) }
        parameter.scatter(values, to: base)
      }
    }
    return arena
  }
  static let arenas = [arena(0), arena(1)]

  static func summary(_ mask: Mask, _ layout: ParameterLayout) -> [Layer] {
    layout.convolutionWeights.map { parameter in
      var checksum: UInt64 = 0
      var survivors = 0
      for (tap, block) in parameter.blocks.enumerated() {
        for (position, index) in block.enumerated() where mask[index] {
          let place = parameter.kept.map { Int($0[tap][position]) } ?? position
          let number = UInt64(place * parameter.blocks.count + tap + 1)
          checksum &+= number &* number
          survivors += 1
        }
      }
      return Layer(survivors: survivors, checksum: String(checksum))
    }
  }

  @Test func theCostsAreThoseOfWalkingOverThePixels() throws {
    let cost = NetworkCost(graph: Self.graph, layout: Self.layout, mask: Mask(allSurviving: Self.layout.count))
    #expect(try cost.denseMultiplyAdds == Self.golden.get().denseMultiplyAdds)
    #expect(cost.multiplyAdds == cost.denseMultiplyAdds && cost.speedup == 1)
  }

  /// In the full layout, and again with every round in the layout of what the one before left.
  @Test(arguments: try golden.get().cases)
  func masksAreThoseOfTheFormulas(golden: Case) throws {
    var mask = Mask(allSurviving: Self.layout.count)
    var compact = Self.layout.compaction(keeping: mask)
    for (round, expected) in golden.rounds.enumerated() {
      let request = PruneRequest(
        convolutionAmount: .total(golden.totals[round]), score: try #require(PruneScore(rawValue: golden.score)),
        costPower: golden.power, round: round)
      mask = try Self.arenas[round].withUnsafeBufferPointer {
        try request.select(weights: $0, layout: Self.layout, mask: mask, graph: Self.graph)
      }
      #expect(Self.summary(mask, Self.layout) == expected, "round \(round)")

      let sources = compact.sources
      let layout = compact.layout
      let arena = Self.arenas[round]
      let smaller = try sources.map { arena[Int($0)] }.withUnsafeBufferPointer {
        try request.select(
          weights: $0, layout: layout, mask: Mask(allSurviving: layout.count), graph: Self.graph)
      }
      #expect(Self.summary(smaller, layout) == expected, "compact, round \(round)")
      compact = Self.layout.compaction(keeping: mask)
    }
  }

  @Test(arguments: try golden.get().targets)
  func targetsTakeTheFewestWeights(golden: Target) throws {
    let request = PruneRequest(
      convolutionAmount: .none, target: .multiplyAdds(golden.share),
      score: try #require(PruneScore(rawValue: golden.score)), costPower: golden.power)
    let mask = try Self.arenas[0].withUnsafeBufferPointer {
      try request.select(
        weights: $0, layout: Self.layout, mask: Mask(allSurviving: Self.layout.count), graph: Self.graph)
    }
    #expect(Self.layout.count - mask.survivorCount == golden.pruned)
  }
}
