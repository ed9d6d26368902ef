import Networks
import Pruning
import Testing

/// L1 selection against a plain sort, and its edges.
struct SelectionTests {
  /// Odd sizes, so that blocks begin and end within words of the mask.
  static func network(dead: Bool = true) -> Network {
    Network(
      [
        (name: "conv1.weight", shape: [7, 3, 7, 7]), (name: "bn1.bias", shape: [7]),
        (name: "conv2.weight", shape: [11, 7, 3, 3]), (name: "conv3.weight", shape: [5, 11, 1, 1]),
        (name: "conv4.weight", shape: [64, 5, 3, 3]), (name: "fc.weight", shape: [10, 13]),
        (name: "fc.bias", shape: [10]),
      ], dead: dead ? ["conv2.weight": [0, 2, 8], "conv4.weight": [0, 1, 2, 3, 5, 6, 7, 8]] : [:])
  }

  /// The pools of a scope: arena indices in torchvision's order.
  static func pools(_ network: Network, _ scope: PruneScope) -> [[Int]] {
    switch scope {
    case .global: [network.indices(of: .convolutionWeight), network.indices(of: .linearWeight)]
    case .local:
      network.layout.parameters.filter { [.convolutionWeight, .linearWeight].contains($0.role) }
        .map { network.indices(of: $0) }
    }
  }

  /// What selection must give, by a stable sort in torchvision's order.
  static func bySorting(_ network: Network, _ mask: Mask, _ scope: PruneScope, _ counts: [Int]) -> Mask {
    var result = mask
    for (pool, count) in zip(pools(network, scope), counts) {
      let remaining = pool.filter { mask[$0] }.enumerated().sorted {
        (abs(network.arena[$0.element]), $0.offset) < (abs(network.arena[$1.element]), $1.offset)
      }
      for (_, index) in remaining.prefix(count) { result[index] = false }
    }
    return result
  }

  @Test(arguments: PruneScope.allCases, [2, 40, 3000, 1 << 20])
  func severalRoundsAreThoseOfASort(scope: PruneScope, distinctMagnitudes: Int) throws {
    for seed in UInt64(0)..<5 {
      var network = Self.network()
      var generator = SplitMix(state: seed)
      var mask = Mask(allSurviving: network.layout.count)
      for round in 0..<4 {
        for index in network.arena.indices {
          let magnitude = Float(Int.random(in: 0..<distinctMagnitudes, using: &generator)) * 0.013
          network.arena[index] = Bool.random(using: &generator) ? magnitude : -magnitude
        }
        let fraction = [0.1, 0.37, 0.5, 0.9][round]
        let request = PruneRequest(
          convolutionAmount: .fraction(fraction), linearAmount: .fraction(fraction / 2), scope: scope, round: round)
        let pools = Self.pools(network, scope)
        let counts = pools.enumerated().map { number, pool in
          let remaining = pool.count { mask[$0] }
          let share = number == pools.count - 1 ? fraction / 2 : fraction
          return Int((share * Double(remaining)).rounded(.toNearestOrEven))
        }
        let expected = Self.bySorting(network, mask, scope, counts)
        mask = try network.select(mask, request)
        #expect(mask == expected, "seed \(seed), round \(round)")
      }
      for name in ["bn1.bias", "fc.bias"] {
        let parameter = try network.parameter(name)
        #expect(mask.survivors(of: parameter) == parameter.count)
      }
    }
  }

  @Test func theOrderOfTheArenaDoesNotMatter() throws {
    var (plain, split) = (Self.network(dead: false), Self.network(dead: true))
    #expect(plain.layout != split.layout)
    var generator = SplitMix(state: 1)
    for (one, other) in zip(plain.layout.parameters, split.layout.parameters) {
      let values = (0..<one.count).map { _ in (generator.normal() * 8).rounded() }
      plain.set(values, of: one)
      split.set(values, of: other)
    }
    for score in [PruneScore.l1, .random] {
      let request = PruneRequest(
        convolutionAmount: .fraction(0.613), linearAmount: .count(9), score: score, seed: 4, round: 2)
      let (one, other) = (try plain.select(nil, request), try split.select(nil, request))
      for role in [Parameter.Role.convolutionWeight, .linearWeight] {
        #expect(plain.indices(of: role).map { one[$0] } == split.indices(of: role).map { other[$0] })
      }
    }
  }

  @Test func tiesGoInOrderOfOutputInputRowColumn() throws {
    var network = Network(
      [(name: "a.weight", shape: [2, 2, 3, 3]), (name: "b.weight", shape: [1, 2, 1, 1])],
      dead: ["a.weight": [0, 4]])
    for index in network.arena.indices { network.arena[index] = index % 2 == 0 ? 1 : -1 }
    let order = network.indices(of: .convolutionWeight)
    for count in 0...order.count {
      let mask = try network.select(nil, .init(convolutionAmount: .count(count)))
      #expect(order.map { mask[$0] } == order.indices.map { $0 >= count })
    }
  }

  @Test func deadTapsAreRankedAsOthers() throws {
    var network = Network([(name: "a.weight", shape: [4, 4, 3, 3])], dead: ["a.weight": [0, 8]])
    let parameter = try network.parameter("a.weight")
    network.set((0..<144).map { 1 + Float($0 % 9) }, of: parameter)
    let mask = try network.select(nil, .init(convolutionAmount: .count(16)))
    #expect(mask.survivors(in: parameter.blocks[0]) == 0)
    #expect(mask.survivorCount == 128)
  }

  @Test func signAndZeroAndSubnormalsRankByMagnitude() throws {
    var network = Network([(name: "a.weight", shape: [7, 1, 1, 1])])
    let tiny = Float.leastNonzeroMagnitude
    network.set([-0.0, 0, -tiny, tiny * 2, -3, .greatestFiniteMagnitude, -2], of: try network.parameter("a.weight"))
    // -0 and 0 are a tie.
    let survivorsByCount = [1: [1, 2, 3, 4, 5, 6], 2: [2, 3, 4, 5, 6], 4: [4, 5, 6], 5: [4, 5], 6: [5]]
    for (count, survivors) in survivorsByCount {
      let mask = try network.select(nil, .init(convolutionAmount: .count(count)))
      #expect((0..<7).filter { mask[$0] } == survivors)
    }
    #expect(try network.select(nil, .init(convolutionAmount: .count(7))).survivorCount == 0)
  }

  @Test func noPrunableWeightsIsNothingToPrune() throws {
    let network = Network([(name: "bn.bias", shape: [70])])
    let mask = try network.select(nil, .init(convolutionAmount: .fraction(0.9), linearAmount: .fraction(0.5)))
    #expect(mask == Mask(allSurviving: 70))
    #expect(throws: PruningError.countBeyondRemaining(pool: "convolution weights", found: 1, remaining: 0)) {
      try network.select(nil, .init(convolutionAmount: .count(1)))
    }
  }
}
