import Networks
import Pruning
import Testing

/// What each score promises, on networks small enough to see.
struct ScoreSelectionTests {
  @Test(arguments: [PruneScore.lamp, .erk, .uniform])
  func deadTapsGoFirstHoweverLarge(score: PruneScore) throws {
    var network = Network([(name: "a.weight", shape: [4, 4, 3, 3])], dead: ["a.weight": [0, 8]])
    let parameter = try network.parameter("a.weight")
    network.set((0..<144).map { [0, 8].contains($0 % 9) ? 100 : 0.1 }, of: parameter)
    let mask = try network.select(nil, .init(convolutionAmount: .count(32), score: score))
    #expect(mask.survivors(in: parameter.blocks[0]) == 0 && mask.survivors(in: parameter.blocks[8]) == 0)
    #expect(mask.survivorCount == 112)
    // Among each other they go in torchvision's order.
    let one = try network.select(nil, .init(convolutionAmount: .count(3), score: score))
    #expect(network.survives(parameter, one).indices.filter { !network.survives(parameter, one)[$0] } == [0, 8, 9])
  }

  /// Worked by hand: squares 1, 4, 4, 16 give 1/25, 4/24, 4/24, 1 in one layer, 9/34 and 25/25… in the other.
  @Test func lampComparesWeightsWithTheLargerOnesOfTheirLayer() throws {
    var network = Network([(name: "a.weight", shape: [4, 1, 1, 1]), (name: "b.weight", shape: [2, 1, 1, 1])])
    network.set([2, -4, 1, -2], of: try network.parameter("a.weight"))
    network.set([-3, 5], of: try network.parameter("b.weight"))
    // Scores: a 1/6, 1, 1/25, 1/6; b 9/34, 1.
    let order = [("a.weight", 2), ("a.weight", 0), ("a.weight", 3), ("b.weight", 0), ("a.weight", 1), ("b.weight", 1)]
    for count in 0...6 {
      let mask = try network.select(nil, .init(convolutionAmount: .count(count), score: .lamp))
      for (place, (name, element)) in order.enumerated() {
        let survives = network.survives(try network.parameter(name), mask)[element]
        #expect(survives == (place >= count), "\(name) \(element), \(count) pruned")
      }
    }
  }

  @Test func lampOfNothingButZerosIsNoNumberProblem() throws {
    var network = Network([(name: "a.weight", shape: [4, 1, 1, 1])])
    network.set([0, 0, -0.0, 0], of: try network.parameter("a.weight"))
    #expect(try network.select(nil, .init(convolutionAmount: .count(3), score: .lamp)).survivorCount == 1)
  }

  @Test func uniformKeepsTheSameDensityAndErkMoreOfSmallLayers() throws {
    var network = SelectionTests.network()
    var generator = SplitMix(state: 2)
    for index in network.arena.indices { network.arena[index] = generator.normal() }
    let size = network.indices(of: .convolutionWeight).count
    for score in [PruneScore.uniform, .erk] {
      let mask = try network.select(nil, .init(convolutionAmount: .total(0.9), score: score))
      let parameters = network.layout.convolutionWeights
      let survivors = parameters.map { mask.survivors(of: $0) }
      #expect(survivors.reduce(0, +) == size - Int((0.9 * Double(size)).rounded(.toNearestOrEven)))
      for (parameter, survivors) in zip(parameters, survivors) where score == .uniform {
        #expect(abs(Double(survivors) - 0.1 * Double(parameter.count)) <= 1, "\(parameter.name)")
      }
      let densities = zip(parameters, survivors).map { Double($1) / Double($0.count) }
      // The 1×1 convolution is the most crowded by Erdős and Rényi.
      if score == .erk { #expect(densities[2] == densities.max() && densities[2] > 3 * densities[3]) }
    }
  }

  @Test func scoresDifferFromEachOther() throws {
    var network = SelectionTests.network()
    var generator = SplitMix(state: 3)
    for (number, parameter) in network.layout.parameters.enumerated() {
      network.set((0..<parameter.count).map { _ in generator.normal() * Float(number + 1) }, of: parameter)
    }
    let masks = try CompactSelectionTests.scores.map { score in
      try network.select(nil, .init(convolutionAmount: .fraction(0.7), score: score))
    }
    for (number, mask) in masks.enumerated() { #expect(!masks[..<number].contains(mask)) }
  }

  @Test func contradictionsAreRefused() throws {
    let network = SelectionTests.network()
    for score in [PruneScore.lamp, .erk, .uniform] {
      #expect(throws: PruningError.scopeContradictsScore(score)) {
        try network.select(nil, .init(convolutionAmount: .fraction(0.5), scope: .local, score: score))
      }
    }
    #expect(throws: PruningError.scopeContradictsTarget(.speedup(3))) {
      try network.select(nil, .init(convolutionAmount: .none, target: .speedup(3), scope: .local))
    }
    for power in [-0.1, 4.1, .infinity] {
      #expect(throws: PruningError.costPowerOutOfRange(found: power)) {
        try network.select(nil, .init(convolutionAmount: .none, score: .l1PerCost, costPower: power))
      }
    }
    #expect(throws: PruningError.unknownCost(parameter: "conv1.weight")) {
      try network.select(nil, .init(convolutionAmount: .fraction(0.5), score: .l1PerCost))
    }
  }
}
