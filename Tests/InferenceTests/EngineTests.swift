import Inference
import Networks
import TestSupport
import Testing

/// An engine computes what the network does in evaluation.
@Suite struct EngineTests {
  @Test(
    "Folded, at every density, in lanes and in pixels", arguments: Architecture.allCases, [0, 0.5, 0.9, 0.98, 0.999])
  func sparsities(_ architecture: Architecture, _ sparsity: Double) {
    let network = Network.random(architecture, sparsity: sparsity)
    let images = randomImages(19)
    let expected = network.logits(images)
    let folded = FoldedNetwork(network)
    let engine = InferenceEngine(folded)
    #expect(relativeDifference(engine.logits(images), expected) < 1e-4)
    let single = engine.logits(Array(images.prefix(3 * 1024)))
    #expect(relativeDifference(single, Array(expected.prefix(10))) < 1e-4)

    let smaller = InferenceEngine(folded.removingDeadChannels().network)
    #expect(relativeDifference(smaller.logits(images), expected) < 1e-4)
    let smallerSingle = smaller.logits(Array(images.prefix(3 * 1024)))
    #expect(relativeDifference(smallerSingle, Array(expected.prefix(10))) < 1e-4)
  }

  @Test("Every batch size")
  func batchSizes() {
    let network = Network.random(.resnet8, sparsity: 0.9)
    let engine = InferenceEngine(FoldedNetwork(network).removingDeadChannels().network)
    let images = randomImages(257)
    let expected = network.logits(images)
    for count in Array(1...20) + [31, 64, 100, 257] {
      let logits = engine.logits(Array(images.prefix(count * 3 * 1024)))
      #expect(
        relativeDifference(logits, Array(expected.prefix(count * 10))) < 1e-4, "a batch of \(count) images")
    }
  }

  @Test("A network that holds survivors only folds to the same", arguments: [Architecture.resnet8, .resnet18])
  func compact(_ architecture: Architecture) {
    let network = Network.random(architecture, sparsity: 0.9)
    let compaction = Compaction(network.layout) { network.arena.pointer[$0] != 0 }
    #expect(FoldedNetwork(network.compacted(compaction)) == FoldedNetwork(network))
  }
}
