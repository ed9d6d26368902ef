import Inference
import Networks
import TestSupport
import Testing

/// An engine computes what the network does in evaluation.
@Suite struct EngineTests {
  @Test(
    "Folded, at every density, in lanes and in pixels", arguments: Architecture.light, [0, 0.5, 0.9, 0.98, 0.999])
  func sparsities(_ architecture: Architecture, _ sparsity: Double) {
    let network = Network.random(architecture, sparsity: sparsity)
    let images = randomImages(19)
    let expected = network.logits(images)
    let folded = network.foldedWhole
    let engine = InferenceEngine(folded)
    #expect(relativeDifference(engine.logits(images), expected) < 1e-4)
    let single = engine.logits(Array(images.prefix(3 * 1024)))
    #expect(relativeDifference(single, Array(expected.prefix(10))) < 1e-4)

    let smaller = InferenceEngine(folded.removingDeadChannels().network)
    #expect(relativeDifference(smaller.logits(images), expected) < 1e-4)
    let smallerSingle = smaller.logits(Array(images.prefix(3 * 1024)))
    #expect(relativeDifference(smallerSingle, Array(expected.prefix(10))) < 1e-4)
  }

  @Test("The deeper networks, pruned", arguments: [Architecture.resnet34, .resnet50])
  func deeper(_ architecture: Architecture) {
    let network = Network.random(architecture, sparsity: 0.9)
    // Sixteen images are in lanes, one is in pixels.
    let images = randomImages(17)
    let expected = network.logits(images)
    #expect(relativeDifference(network.foldedWhole.logits(images), expected) < 1e-4)
    #expect(relativeDifference(network.folded.logits(images), expected) < 1e-4)
    let compaction = Compaction(network.layout) { network.arena.pointer[$0] != 0 }
    #expect(relativeDifference(network.compacted(compaction).logits(images), expected) < 1e-4)
  }

  @Test("Every batch size")
  func batchSizes() {
    let network = Network.random(.resnet8, sparsity: 0.9)
    let engine = InferenceEngine(network.folded)
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
    #expect(network.compacted(compaction).foldedWhole == network.foldedWhole)
  }
}
