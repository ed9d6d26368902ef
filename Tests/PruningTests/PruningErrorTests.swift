import Networks
import Pruning
import Testing

struct PruningErrorTests {
  static let network = SelectionTests.network()
  static let convolutionWeights = network.indices(of: .convolutionWeight).count

  private func failure(_ network: Network = network, _ mask: Mask? = nil, _ request: PruneRequest) -> PruningError? {
    do {
      _ = try network.select(mask, request)
      return nil
    } catch { return error as? PruningError }
  }

  @Test(arguments: [1.0, 1.5, -0.1, Double.infinity, -Double.infinity])
  func fractionsOutsideTheirRange(fraction: Double) {
    for amount in [PruneAmount.fraction(fraction), .total(fraction), .fraction(0.5, upTo: fraction)] {
      #expect(
        failure(Self.network, nil, .init(convolutionAmount: amount))
          == .fractionOutOfRange(pool: "convolution weights", found: fraction))
      #expect(
        failure(Self.network, nil, .init(convolutionAmount: .none, linearAmount: amount, scope: .local))
          == .fractionOutOfRange(pool: "fc.weight", found: fraction))
    }
  }

  @Test func notANumberIsNoFraction() throws {
    let error = try #require(failure(Self.network, nil, .init(convolutionAmount: .fraction(.nan))))
    #expect(error.description.contains("amount nan is outside [0, 1)"))
  }

  @Test func counts() {
    #expect(
      failure(Self.network, nil, .init(convolutionAmount: .count(-1)))
        == .negativeCount(pool: "convolution weights", found: -1))
    #expect(
      failure(Self.network, nil, .init(convolutionAmount: .count(Self.convolutionWeights + 1)))
        == .countBeyondRemaining(
          pool: "convolution weights", found: Self.convolutionWeights + 1, remaining: Self.convolutionWeights))
    #expect(
      failure(Self.network, nil, .init(convolutionAmount: .count(56), scope: .local))
        == .countBeyondRemaining(pool: "conv3.weight", found: 56, remaining: 55))
  }

  @Test func aTotalThatIsPassedAlready() throws {
    let mask = try Self.network.select(nil, .init(convolutionAmount: .total(0.5)))
    let (half, quarter) = (Double(Self.convolutionWeights) * 0.5, Double(Self.convolutionWeights) * 0.25)
    #expect(
      failure(Self.network, mask, .init(convolutionAmount: .total(0.25)))
        == .totalBelowPruned(
          pool: "convolution weights", fraction: 0.25, total: Int(quarter.rounded(.toNearestOrEven)),
          pruned: Int(half.rounded(.toNearestOrEven))))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [PruneScore.l1, .random, .lamp, .erk, .uniform])
  func weightsThatAreNotFinite(value: Float, score: PruneScore) throws {
    var network = Self.network
    let index = network.indices(of: try network.parameter("conv4.weight"))[1234]
    network.arena[index] = value
    for amount in [PruneAmount.fraction(0.3), .none] {
      let request = PruneRequest(convolutionAmount: amount, score: score)
      let found = try #require(failure(network, nil, request))
      #expect(found.description.hasPrefix("conv4.weight: element 1234 is \(value), which has no place in a ranking"))
      // Pruned earlier, it is nobody's concern.
      var mask = Mask(allSurviving: network.layout.count)
      mask[index] = false
      #expect(failure(network, mask, request) == nil)
    }
  }

  @Test func lengths() {
    let count = Self.network.layout.count
    #expect(
      failure(Self.network, Mask(allSurviving: 12), .init(convolutionAmount: .none))
        == .lengthMismatch(what: "mask", found: 12, expected: count))
    var network = Self.network
    network.arena.removeLast()
    #expect(
      failure(network, nil, .init(convolutionAmount: .none))
        == .lengthMismatch(what: "weights", found: count - 1, expected: count))
  }

  @Test func blocksThatDoNotFit() {
    for blocks in [[0..<8], [0..<4, 4..<9], [0..<4, 7..<11], [], [-1..<8]] {
      var network = Self.network
      let parameter = Parameter(
        name: "odd", shape: [3, 3, 1, 1], role: .convolutionWeight, blocks: blocks, isLive: blocks.map { _ in true })
      network.layout = ParameterLayout(parameters: [parameter], liveCount: 9, count: 10)
      network.arena = [Float](repeating: 0, count: 10)
      #expect(failure(network, nil, .init(convolutionAmount: .none)) == .malformedParameter(name: "odd"))
    }
  }
}
