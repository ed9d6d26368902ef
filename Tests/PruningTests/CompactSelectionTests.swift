import Networks
import Pruning
import Testing

/// Selection among what a compact layout holds is selection in the full layout under the mask of it.
struct CompactSelectionTests {
  /// Scores that need no graph.
  static let scores: [PruneScore] = [.l1, .random, .lamp, .erk, .uniform]

  /// Few distinct magnitudes, so that the order of ties decides.
  @Test(arguments: scores, [3, 1 << 20])
  func threeShrinkingRounds(score: PruneScore, distinctMagnitudes: Int) throws {
    for scope in score.isGlobal ? [PruneScope.global] : PruneScope.allCases {
      var full = SelectionTests.network()
      var compact = full
      var mask = Mask(allSurviving: full.layout.count)
      var generator = SplitMix(state: 11)
      for round in 0..<3 {
        for (parameter, smaller) in zip(full.layout.parameters, compact.layout.parameters) {
          let values = (0..<parameter.count).map { _ in
            Float(Int.random(in: 0..<distinctMagnitudes, using: &generator)) * 0.013 - 0.02
          }
          full.set(values, of: parameter)
          compact.set(values, of: smaller)
        }
        let request = PruneRequest(
          convolutionAmount: .fraction(0.6), linearAmount: .fraction(0.3), scope: scope, score: score, seed: 5,
          round: round)
        mask = try full.select(mask, request)
        compact = compact.compacted(keeping: try compact.select(nil, request))
        let everything = Mask(allSurviving: compact.layout.count)
        #expect(compact.layout.count == mask.survivorCount)
        for (one, other) in zip(full.layout.parameters, compact.layout.parameters) {
          #expect(full.survives(one, mask) == compact.survives(other, everything), "\(one.name), round \(round)")
        }
      }
    }
  }

  @Test func amountsReferToTheFullTensors() throws {
    let network = SelectionTests.network()
    let half = network.compacted(keeping: try network.select(nil, .init(convolutionAmount: .total(0.5))))
    let size = network.indices(of: .convolutionWeight).count
    let mask = try half.select(nil, .init(convolutionAmount: .total(0.9)))
    let survivors = half.layout.convolutionWeights.reduce(0) { $0 + mask.survivors(of: $1) }
    #expect(size - survivors == Int((0.9 * Double(size)).rounded(.toNearestOrEven)))
    #expect(throws: PruningError.self) { try half.select(nil, .init(convolutionAmount: .total(0.4))) }
  }

  @Test func notFiniteElementsAreNamedByTheirPlaceInTheFullTensor() throws {
    var network = SelectionTests.network()
    let parameter = try network.parameter("conv2.weight")
    let indices = network.indices(of: parameter)
    network.arena[indices[333]] = .nan
    var mask = Mask(allSurviving: network.layout.count)
    for index in indices[..<200] { mask[index] = false }
    let compact = network.compacted(keeping: mask)
    let error = #expect(throws: PruningError.self) { try compact.select(nil, .init(convolutionAmount: .fraction(0.1))) }
    #expect(error?.description.hasPrefix("conv2.weight: element 333 is nan") == true)
  }

  @Test func keptPlacesThatDoNotFit() {
    let block = 0..<2
    for kept: [[Int32]] in [[[0]], [[1, 0]], [[1, 1]], [[-1, 3]], [[2, 9]], [[0, 1], [2]], []] {
      let parameter = Parameter(
        name: "odd", shape: [3, 3, 1, 1], role: .convolutionWeight, blocks: [block], isLive: [true], kept: kept)
      var network = Network([])
      network.layout = ParameterLayout(parameters: [parameter], liveCount: 2, count: 2)
      network.arena = [1, 2]
      #expect(throws: PruningError.malformedParameter(name: "odd")) {
        try network.select(nil, .init(convolutionAmount: .none))
      }
    }
  }
}
