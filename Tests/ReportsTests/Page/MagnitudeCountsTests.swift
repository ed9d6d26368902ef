import Foundation
import Networks
import Pruning
import Reports
import TestSupport
import Testing

struct MagnitudeCountsTests {
  /// What the layers of a network hold, counted here in another way: by comparing with every limit.
  @Test(arguments: [Architecture.resnet8, .resnet18])
  func layersAreCountedAsTheyAre(architecture: Architecture) throws {
    let network = Network(architecture, classes: 10)
    network.initialize(seed: 3)
    var mask = Mask(allSurviving: network.layout.count)
    for parameter in network.layout.convolutionWeights {
      for block in parameter.blocks { for place in block where place % 3 != 0 { mask[place] = false } }
    }
    mask.apply(to: network.arena[0..<network.layout.count])
    let layers = Stage.Layer.all(network, mask: mask)
    let parameters = network.layout.parameters.filter { [.convolutionWeight, .linearWeight].contains($0.role) }
    #expect(layers.map(\.name) == parameters.map(\.name))
    for (layer, parameter) in zip(layers, parameters) {
      let places = parameter.blocks.flatMap { Array($0) }.filter { mask[$0] }
      let weights = places.map { network.arena.pointer[$0] }
      let dead = zip(parameter.blocks, parameter.isLive).filter { !$1 }.flatMap { Array($0.0) }
      #expect(layer.weights == parameter.count && layer.survivors == weights.count)
      #expect(layer.deadWeights == dead.count && layer.deadSurvivors == dead.count { mask[$0] })
      #expect(layer.survivorMultiplyAdds <= layer.multiplyAdds)
      let histogram = layer.histogram
      #expect(histogram.total == weights.count)
      #expect(histogram.least == weights.min() && histogram.greatest == weights.max())
      #expect(abs(histogram.sum - weights.reduce(0) { $0 + Double($1) }) < 1e-6 * Double(weights.count))
      // A weight on a limit may fall to either side.
      let limits = MagnitudeCounts.limits
      for bin in [0, 20, 30, 37, 40] {
        let (from, to) = (Float(limits[bin]), Float(limits[bin + 1]))
        let least = weights.count { $0 > from * 1.0001 && $0 < to * 0.9999 }
        let most = weights.count { $0 >= from * 0.9999 && $0 <= to * 1.0001 }
        #expect((least...most).contains(histogram.positive[bin]), "\(layer.name), bin \(bin)")
      }
    }
    #expect(architecture != .resnet18 || layers.contains { $0.deadSurvivors > 0 })
  }

  @Test func theThresholdIsTheLeastSurvivor() throws {
    let network = Network(.resnet8, classes: 10)
    network.initialize(seed: 1)
    let layout = network.layout
    let all = Mask(allSurviving: layout.count)
    let mask = try PruneRequest(convolutionAmount: .total(0.75)).select(
      weights: UnsafeBufferPointer(network.arena[0..<layout.count]), layout: layout, mask: all, graph: network.graph)
    let magnitudes = layout.convolutionWeights.flatMap { $0.blocks.flatMap { Array($0) } }
      .map { Double(abs(network.arena.pointer[$0])) }.sorted()
    let pruned = Int((0.75 * Double(magnitudes.count)).rounded(.toNearestOrEven))
    #expect(Stage.Layer.threshold(network, mask: mask) == magnitudes[pruned])
    // The same of what is left alone.
    let compact = network.compacted(keeping: mask)
    #expect(
      Stage.Layer.threshold(compact, mask: Mask(allSurviving: compact.layout.count)) == magnitudes[pruned])
  }
}
