import Networks
import Pruning
import Reports
import Text
import Testing

struct ScoreTableTests {
  @Test func tableAsText() {
    let table = ScoreTable(
      amount: 0.98, denseMultiplyAdds: 21_662_464,
      rows: [
        ScoreTable.Row(
          name: "l1",
          outcome: .pruned(multiplyAdds: 6_300_000, speedup: 2.04, emptyLayers: ["layer3.1.conv1.weight"])),
        ScoreTable.Row(
          name: "lamp", outcome: .pruned(multiplyAdds: 0, speedup: 130.4, emptyLayers: ["a", "b", "c", "d"])),
        ScoreTable.Row(name: "uniform", outcome: .pruned(multiplyAdds: 601_700, speedup: 9.8, emptyLayers: [])),
        ScoreTable.Row(name: "l1-per-cost, power 1", outcome: .empties(largest: 9_488_623, size: 11_166_912)),
      ])
    #expect(
      table.description == """
        Pruned to 98 % of the convolution weights, before any fine-tuning

                              multiply-                    predicted
        score                      adds    kept  fewer by   speed-up  empty layers
        ────────────────────────────────────────────────────────────────────────────────────────────────────────────
        l1                        6.3 M  29.1 %      3.4×       2.0×  layer3.1.conv1.weight
        lamp                          0   0.0 %         ·       130×  a, b and 2 more
        uniform                 601.7 k   2.8 %     36.0×       9.8×  none
        l1-per-cost, power 1          ·       ·         ·          ·  nothing would reach the result; at most 84.9 %

        """)
  }

  @Test func scoresOfANetwork() throws {
    let network = Network(.resnet8)
    network.initialize(seed: 1)
    let all = Mask(allSurviving: network.layout.count)
    let table = try ScoreTable(network, mask: all, amount: 0.9)
    #expect(table.rows.count == 6 && table.rows[0].name == "l1")
    var multiplyAdds: [Int] = []
    for row in table.rows {
      guard case .pruned(let count, let speedup, _) = row.outcome else { continue }
      #expect(count > 0 && count < table.denseMultiplyAdds && speedup > 1)
      multiplyAdds.append(count)
    }
    #expect(Set(multiplyAdds).count >= 4)
    // The same density everywhere leaves that share of the work, up to what the edges of images spare.
    let uniform = try #require(multiplyAdds.last)
    #expect(abs(Double(uniform) / Double(table.denseMultiplyAdds) - 0.1) < 0.01)
    #expect(table.description.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect(throws: PruningError.self) { try ScoreTable(network, mask: all, amount: 1) }
  }

  @Test func costsOfACompactNetworkAreThoseOfTheFullOne() throws {
    let network = Network(.resnet18)
    network.initialize(seed: 1)
    let (graph, layout) = (network.graph, network.layout)
    let mask = try PruneRequest(convolutionAmount: .total(0.9)).select(
      weights: UnsafeBufferPointer(network.arena[0..<layout.count]), layout: layout,
      mask: Mask(allSurviving: layout.count), graph: graph)
    let small = network.compacted(keeping: mask)
    let everything = Mask(allSurviving: small.layout.count)
    let full = CostTable(graph: graph, layout: layout, mask: mask)
    #expect(CostTable(graph: graph, layout: small.layout, mask: everything) == full)
    #expect(try SparsityReport(layout: small.layout, mask: everything) == SparsityReport(layout: layout, mask: mask))
    #expect(full.description.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }
}
