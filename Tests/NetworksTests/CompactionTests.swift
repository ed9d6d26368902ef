import Formats
import Foundation
import Kernels
import Networks
import TestSupport
import Testing

/// Layouts of survivors only, and the way to them.
@Suite struct CompactionTests {
  static let networks: [(Architecture, PrunedNetwork.Pattern)] =
    PrunedNetwork.Pattern.allCases.map { (.resnet8, $0) } + [(.resnet18, .mixed)]

  @Test("The smaller arena holds the survivors in their order", arguments: networks)
  func sources(_ architecture: Architecture, _ pattern: PrunedNetwork.Pattern) {
    let pruned = PrunedNetwork(architecture, pattern)
    let (larger, smaller, sources) = (pruned.masked.layout, pruned.compact.layout, pruned.compaction.sources)
    #expect(sources.map { Int($0) } == pruned.survives.indices.filter { pruned.survives[$0] })
    #expect(smaller.count == sources.count && smaller.isCompact && !larger.isCompact)
    let ranges = [
      (0..<larger.weightCount, 0..<smaller.weightCount),
      (larger.weightCount..<larger.liveCount, smaller.weightCount..<smaller.liveCount),
      (larger.statisticsRange, smaller.statisticsRange), (larger.metrics, smaller.metrics), (larger.dead, smaller.dead),
    ]
    for (from, to) in ranges {
      #expect(from.count { pruned.survives[$0] } == to.count)
      #expect(to.allSatisfy { from.contains(Int(sources[$0])) })
    }
    #expect(smaller.exchangedCount == smaller.metrics.upperBound && smaller.parameterCount == larger.parameterCount)
  }

  @Test("Every parameter knows what it keeps", arguments: networks)
  func keptPlaces(_ architecture: Architecture, _ pattern: PrunedNetwork.Pattern) {
    let pruned = PrunedNetwork(architecture, pattern)
    for (one, other) in zip(pruned.masked.layout.parameters, pruned.compact.layout.parameters) {
      #expect(
        one.name == other.name && one.shape == other.shape && one.role == other.role && one.isLive == other.isLive)
      let kept = one.blocks.map { block in
        block.enumerated().filter { pruned.survives[$0.element] }.map { Int32($0.offset) }
      }
      #expect(other.blocks.map(\.count) == kept.map(\.count), "\(one.name)")
      #expect(other.keptCount == kept.joined().count && other.count == one.count)
      #expect(other.kept == (other.keptCount == one.count ? nil : kept), "\(one.name)")
    }
  }

  @Test("Tensors come back in full shape, and go in again", arguments: networks)
  func tensors(_ architecture: Architecture, _ pattern: PrunedNetwork.Pattern) throws {
    let pruned = PrunedNetwork(architecture, pattern)
    for (one, other) in zip(pruned.masked.layout.parameters, pruned.compact.layout.parameters) {
      #expect(pruned.compact.values(of: other) == pruned.masked.values(of: one), "\(one.name)")
    }
    #expect(pruned.compact.batchesTracked == 5)
    let directory = try TemporaryDirectory()
    let paths = ["masked", "compact"].map { directory.url.appending(path: "\($0).safetensors").path() }
    try SafetensorsFile.write(pruned.masked.stateDictionary, to: paths[0])
    try SafetensorsFile.write(pruned.compact.stateDictionary, to: paths[1])
    let contents = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
    expectSameBytes(contents[0], contents[1], "compact.safetensors")

    let fresh = Network(architecture).compacted(pruned.compaction)
    try fresh.load(SafetensorsFile(path: paths[0]))
    #expect(fresh.numbers == pruned.compact.numbers && fresh.batchesTracked == 5)
  }

  @Test("Round after round ends where all at once does", arguments: [Architecture.resnet8, .resnet18])
  func rounds(_ architecture: Architecture) throws {
    let half = PrunedNetwork(architecture, .half)
    // The same draws: the survivors of the tenth are among those of the half.
    let tenth = PrunedNetwork.survivors(half.masked.layout, .tenth).enumerated().map { $1 && half.survives[$0] }
    let atOnce = Compaction(half.masked.layout) { tenth[$0] }
    let second = Compaction(half.compact.layout) { tenth[Int(half.compaction.sources[$0])] }
    #expect(second.layout == atOnce.layout)
    #expect(second.sources.map { half.compaction.sources[Int($0)] } == atOnce.sources)
    let network = half.compact.compacted(second)
    #expect(network.numbers == half.masked.compacted(atOnce).numbers)
    #expect(network.batchesTracked == 5)
  }

  @Test("Where nothing is pruned the layout stays")
  func nothingPruned() {
    let network = Network(.resnet18)
    let compaction = Compaction(network.layout) { _ in true }
    #expect(compaction.layout == network.layout && !compaction.layout.isCompact)
    #expect(compaction.sources.enumerated().allSatisfy { $0 == Int($1) })
    let pruned = PrunedNetwork(.resnet8, .mixed)
    let again = Compaction(pruned.compact.layout) { _ in true }
    #expect(again.layout == pruned.compact.layout)
  }

  @Test("All weights of a layer may go, and all of the network's")
  func emptyLayers() throws {
    let pruned = PrunedNetwork(.resnet8, .mixed)
    let empty = try #require(pruned.compact.named("layer2.0.conv1.weight"))
    #expect(empty.keptCount == 0 && empty.kept == [[Int32]](repeating: [], count: 9))
    #expect(pruned.compact.values(of: empty).allSatisfy { $0 == 0 } && empty.count == 4608)

    let network = Network(.resnet8)
    network.loadFormula()
    let nothing = network.compacted(Compaction(network.layout) { $0 >= network.layout.weightCount })
    #expect(nothing.layout.weightCount == 0)
    let bias = try #require(nothing.named("fc.bias"))
    let microbatch = Microbatch(nothing, lanes: 16)
    microbatch.load(images: Formula.images(step: 0, count: 16), labels: Formula.labels(step: 0, count: 16))
    microbatch.forward(training: false)
    // Nothing of the image is left: every lane has the same logits, made of shifts and biases.
    let expected = nothing.values(of: bias)
    #expect(microbatch.logits.enumerated().allSatisfy { $1 == expected[$0 / 16] })
  }

  @Test("Gradients and momentum move with their weights")
  func copies() {
    let pruned = PrunedNetwork(.resnet8, .tenth)
    let larger = AlignedBuffer(count: pruned.masked.layout.count)
    for index in 0..<larger.count { larger.pointer[index] = Float(index) }
    let smaller = AlignedBuffer(count: pruned.compact.layout.count)
    smaller.elements.update(repeating: -1)
    let live = 0..<pruned.compact.layout.liveCount
    pruned.compaction.copy(larger.pointer, to: smaller.pointer, in: live)
    let found = smaller.numbers(0..<smaller.count)
    #expect(live.allSatisfy { found[$0] == Float(pruned.compaction.sources[$0]) })
    #expect(found[live.upperBound...].allSatisfy { $0 == -1 })
  }
}
