import Foundation
import Networks
import Pruning
import TestSupport
import Testing

/// Targets in multiply-adds and time: met by as few pruned weights as possible, or refused.
struct TargetTests {
  static let graph = Architecture.resnet8.graph(classes: 10)
  static let layout = ParameterLayout(graph)
  static let everything = Mask(allSurviving: layout.count)
  static let arena: [Float] = {
    var arena = [Float](repeating: 1, count: layout.count)
    var generator = SplitMix(state: 8)
    for parameter in layout.parameters {
      let scale = (2 / Float(parameter.shape.dropFirst().reduce(1, *))).squareRoot()
      for index in parameter.blocks.joined() { arena[index] = generator.normal() * scale }
    }
    return arena
  }()

  static func select(_ request: PruneRequest, _ mask: Mask = everything) throws -> Mask {
    try arena.withUnsafeBufferPointer {
      try request.select(weights: $0, layout: layout, mask: mask, graph: graph)
    }
  }
  static func cost(_ mask: Mask) -> NetworkCost { NetworkCost(graph: graph, layout: layout, mask: mask) }
  static func convolutionWeights(_ mask: Mask) -> Int {
    layout.convolutionWeights.reduce(0) { $0 + mask.survivors(of: $1) }
  }

  @Test(
    arguments: PruneScore.allCases, [PruneTarget.multiplyAdds(0.4), .multiplyAdds(0.1), .speedup(1.5), .speedup(3)])
  func oneWeightLessWouldMissTheTarget(score: PruneScore, target: PruneTarget) throws {
    let request = PruneRequest(convolutionAmount: .none, target: target, score: score, seed: 4)
    let mask = try Self.select(request)
    #expect(try Self.select(request) == mask)
    #expect(Self.cost(mask).meets(target))
    let pruned = Self.convolutionWeights(Self.everything) - Self.convolutionWeights(mask)
    var counted = request
    counted.target = nil
    counted.convolutionAmount = .count(pruned)
    #expect(try Self.select(counted) == mask)
    counted.convolutionAmount = .count(pruned - 1)
    #expect(try !Self.cost(Self.select(counted)).meets(target))
  }

  @Test(arguments: [PruneTarget.multiplyAdds(0.1), .speedup(4)])
  func roundsApproachTheTargetAtEqualRelativeRates(target: PruneTarget) throws {
    var mask = Self.everything
    for round in 0..<3 {
      mask = try Self.select(
        .init(convolutionAmount: .none, target: target, roundsLeft: 3 - round, score: .l1PerCost, round: round), mask)
      let cost = Self.cost(mask)
      let share: Double
      switch target {
      case .multiplyAdds: share = Double(cost.multiplyAdds) / Double(cost.denseMultiplyAdds)
      case .speedup: share = 1 / cost.speedup
      }
      let wanted = pow(target.share, Double(round + 1) / 3)
      #expect(share <= wanted * (1 + 1e-12) && share > wanted * 0.99)
    }
    // Nothing changed in between, so the same weights survive as in one round.
    #expect(try Self.select(.init(convolutionAmount: .none, target: target, score: .l1PerCost)) == mask)
  }

  /// A compact layout gives the same network.
  @Test func targetsOnASmallerLayout() throws {
    let first = try Self.select(.init(convolutionAmount: .fraction(0.5), score: .lamp))
    let request = PruneRequest(convolutionAmount: .none, target: .multiplyAdds(0.2), score: .l1, round: 1)
    let expected = try Self.select(request, first)
    let compaction = Self.layout.compaction(keeping: first)
    let found = try compaction.sources.map { Self.arena[Int($0)] }.withUnsafeBufferPointer {
      try request.select(
        weights: $0, layout: compaction.layout, mask: Mask(allSurviving: compaction.layout.count), graph: Self.graph)
    }
    #expect(
      compaction.sources.indices.filter { found[$0] }.map { Int(compaction.sources[$0]) }
        == (0..<Self.layout.count).filter { expected[$0] })
  }

  @Test func theLinearAmountIsTakenBesideTheTarget() throws {
    let mask = try Self.select(
      .init(convolutionAmount: .none, linearAmount: .total(0.5), target: .multiplyAdds(0.3)))
    let linear = try #require(Self.layout.parameters.first { $0.role == .linearWeight })
    #expect(mask.survivors(of: linear) == 320)
    #expect(Self.cost(mask).meets(.multiplyAdds(0.3)))
  }

  @Test func targetsThatAreNoTargets() {
    for target in [
      PruneTarget.multiplyAdds(0), .multiplyAdds(1), .multiplyAdds(-1), .speedup(1), .speedup(0.5), .speedup(.infinity),
    ] {
      #expect(throws: PruningError.targetOutOfRange(target)) {
        try Self.select(.init(convolutionAmount: .none, target: target))
      }
    }
  }

  @Test func aTargetThatIsMetAlready() throws {
    let mask = try Self.select(.init(convolutionAmount: .none, target: .multiplyAdds(0.2)))
    let share = Double(Self.cost(mask).multiplyAdds) / Double(Self.cost(mask).denseMultiplyAdds)
    let request = PruneRequest(convolutionAmount: .none, target: .multiplyAdds(0.3))
    let error = PruningError.targetMet(.multiplyAdds(0.3), share: share)
    #expect(throws: error) { try Self.select(request, mask) }
    #expect(throws: error) { try request.check(layout: Self.layout, mask: mask, graph: Self.graph) }
    #expect(error.description.contains("has 0.2 of the multiply-adds already"))
    // A later round has nothing to do then.
    var later = request
    later.round = 1
    #expect(try Self.select(later, mask) == mask)
  }

  @Test func aTargetOutOfReachSaysWhatIsPossible() throws {
    func least(_ request: PruneRequest) throws -> Double {
      do {
        _ = try Self.select(request)
      } catch PruningError.targetOutOfReach(_, let least) { return least }
      throw PruningError.noRounds(found: 0)
    }
    // What the outputs and the rest take stays, whatever is pruned.
    let speedup = PruneRequest(convolutionAmount: .none, target: .speedup(1000))
    let fastest = 1 / (try least(speedup))
    #expect(fastest > 2 && fastest < 1000)
    #expect(throws: PruningError.self) {
      try speedup.check(layout: Self.layout, mask: Self.everything, graph: Self.graph)
    }
    _ = try Self.select(.init(convolutionAmount: .none, target: .speedup(fastest)))
    // Fewer multiply-adds than one path from the image to the result needs.
    let tiny = PruneRequest(convolutionAmount: .none, target: .multiplyAdds(1e-7))
    let share = try least(tiny)
    #expect(share > 1e-7 && share < 0.5)
    _ = try Self.select(.init(convolutionAmount: .none, target: .multiplyAdds(share)))
  }

  @Test func targetsNeedAGraph() {
    #expect(throws: PruningError.self) {
      try Self.arena.withUnsafeBufferPointer {
        try PruneRequest(convolutionAmount: .none, target: .speedup(2))
          .select(weights: $0, layout: Self.layout, mask: Self.everything)
      }
    }
  }
}
