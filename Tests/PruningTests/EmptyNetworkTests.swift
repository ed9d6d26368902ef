import Networks
import Pruning
import Testing

/// Amounts that leave no way from the image to the result are refused with what is possible; other empty layers are reported.
struct EmptyNetworkTests {
  private func largestPossible(_ request: PruneRequest, _ mask: Mask = TargetTests.everything) -> Int? {
    do {
      _ = try TargetTests.select(request, mask)
      return nil
    } catch PruningError.emptiesNetwork(_, _, let largest, _, _, let layers) {
      #expect(!layers.isEmpty)
      return largest
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test(arguments: PruneScore.allCases)
  func theLargestAmountIsPossibleAndOneMoreIsNot(score: PruneScore) throws {
    let all = TargetTests.convolutionWeights(TargetTests.everything)
    let largest = try #require(largestPossible(.init(convolutionAmount: .count(all), score: score)))
    #expect(largest > all / 2 && largest < all)
    let mask = try TargetTests.select(.init(convolutionAmount: .count(largest), score: score))
    #expect(TargetTests.convolutionWeights(mask) == all - largest)
    #expect(largestPossible(.init(convolutionAmount: .count(largest + 1), score: score)) == largest)
  }

  @Test func localScopeAndTheLinearLayer() throws {
    let stem = try #require(TargetTests.layout.convolutionWeights.first)
    #expect(largestPossible(.init(convolutionAmount: .count(stem.count), scope: .local)) == stem.count - 1)
    #expect(largestPossible(.init(convolutionAmount: .none, linearAmount: .count(640))) == 639)
  }

  @Test func aLayerThatAShortcutBridgesMayBeEmpty() throws {
    var mask = TargetTests.everything
    let layer = try #require(TargetTests.layout.parameters.first { $0.name == "layer1.0.conv1.weight" })
    for index in layer.blocks.joined() { mask[index] = false }
    #expect(mask.emptyLayers(of: TargetTests.layout) == ["layer1.0.conv1.weight"])
    #expect(largestPossible(.init(convolutionAmount: .fraction(0.1)), mask) == nil)
    #expect(TargetTests.everything.emptyLayers(of: TargetTests.layout).isEmpty)
  }

  @Test func survivorsInDeadTapsAloneLeaveALayerEmpty() throws {
    let network = Network([(name: "a.weight", shape: [2, 2, 3, 3])], dead: ["a.weight": [0]])
    let parameter = try network.parameter("a.weight")
    var mask = Mask(allSurviving: network.layout.count)
    for index in parameter.blocks.dropFirst().joined() { mask[index] = false }
    #expect(mask.survivors(of: parameter) == 4 && mask.emptyLayers(of: network.layout) == ["a.weight"])
  }

  @Test func theMessageNamesAnAmountThatWorks() throws {
    let all = TargetTests.convolutionWeights(TargetTests.everything)
    let error = #expect(throws: PruningError.self) { try TargetTests.select(.init(convolutionAmount: .count(all))) }
    let text = try #require(error?.description)
    let amount = try #require(text.firstMatch(of: /an amount of ([0-9.]+)$/)?.1)
    _ = try TargetTests.select(.init(convolutionAmount: .total(try #require(Double(amount)))))
    #expect(text.contains("conv1.weight"))
  }
}
