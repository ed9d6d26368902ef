import Inference
import Networks
import TestSupport
import Testing

/// Removing channels changes no logit.
@Suite struct RemovalTests {
  /// Compares the network, the folded one and the one without dead channels, in lanes and in pixels. Returns what was removed.
  @discardableResult
  private func check(_ network: Network, sourceLocation: SourceLocation = #_sourceLocation) -> RemovalReport {
    let images = randomImages(18)
    let expected = network.logits(images)
    let folded = network.foldedWhole
    let (smaller, report) = folded.removingDeadChannels()
    for engine in [InferenceEngine(folded), InferenceEngine(smaller)] {
      // Eighteen images are sixteen in lanes and two in pixels.
      #expect(relativeDifference(engine.logits(images), expected) < 1e-5, sourceLocation: sourceLocation)
    }
    for (value, node) in smaller.nodes.map({ (smaller.values[$0.output], $0) }) {
      #expect(value.channels > 0, sourceLocation: sourceLocation)
      guard let layer = node.layer else { continue }
      #expect(layer.shape.outputChannels == value.channels, sourceLocation: sourceLocation)
      #expect(layer.shape.inputChannels == smaller.values[node.input].channels, sourceLocation: sourceLocation)
      for positions in layer.weights.positions {
        #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }, sourceLocation: sourceLocation)
      }
    }
    #expect(report.keptSurvivors == smaller.survivorCount, sourceLocation: sourceLocation)
    #expect(report.survivors == folded.survivorCount, sourceLocation: sourceLocation)
    #expect(
      report.layers.allSatisfy { $0.keptChannels + $0.constantChannels + $0.unreadChannels == $0.channels },
      sourceLocation: sourceLocation)
    // Once is enough.
    #expect(smaller.removingDeadChannels().network == smaller, sourceLocation: sourceLocation)
    return report
  }

  private func layer(_ name: String, _ report: RemovalReport) -> RemovalReport.Layer? {
    report.layers.first { $0.name == name }
  }

  @Test("A dense network keeps everything", arguments: Architecture.light)
  func dense(_ architecture: Architecture) {
    let folded = Network.random(architecture).foldedWhole
    let (smaller, report) = folded.removingDeadChannels()
    #expect(report.removedChannels == 0 && report.keptSurvivors == report.survivors)
    #expect(smaller == folded)
  }

  @Test("Random survivors, few and very few", arguments: [Architecture.resnet8, .resnet18], [0.95, 0.995, 0.9995])
  func random(_ architecture: Architecture, _ sparsity: Double) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let report = check(Network.random(architecture, sparsity: sparsity, seed: seed))
      #expect(report.removedChannels > 0 || sparsity < 0.99)
    }
  }

  @Test("A channel that nothing feeds is constant, with another value at the border behind the next layer")
  func emptyRow() throws {
    let network = Network.random(.resnet8)
    network.change("layer1.0.conv1.weight") { o, _, _, weight in o % 2 == 0 ? 0 : weight }
    let report = check(network)
    let layer = try #require(self.layer("layer1.0.conv1", report))
    #expect(layer.channels == 16 && layer.constantChannels == 8 && layer.unreadChannels == 0)
    #expect(report.removedChannels == 8)
    let next = try #require(
      network.folded.layers.first { $0.name == "layer1.0.conv2" })
    #expect(next.shape.inputChannels == 8 && next.bias.pixels == 32 * 32)
  }

  @Test("A channel that nothing reads is left out")
  func emptyColumn() throws {
    let network = Network.random(.resnet8)
    network.change("layer2.0.conv2.weight") { _, i, _, weight in i < 5 ? 0 : weight }
    let report = check(network)
    let layer = try #require(self.layer("layer2.0.conv1", report))
    #expect(layer.unreadChannels == 5 && layer.constantChannels == 0 && report.removedChannels == 5)
  }

  @Test("A shortcut keeps a channel alive that its branch leaves, and the other way round")
  func emptyBranch() throws {
    let network = Network.random(.resnet8)
    network.change("layer1.0.conv2.weight") { _, _, _, _ in 0 }
    let report = check(network)
    #expect(layer("layer1.0.conv1", report)?.keptChannels == 0)
    #expect(layer("layer1.0.conv2", report)?.keptChannels == 16)

    network.change("layer2.0.downsample.0.weight") { o, _, _, weight in o < 7 ? 0 : weight }
    network.change("layer2.0.conv2.weight") { o, _, _, weight in o > 20 ? 0 : weight }
    let both = check(network)
    #expect(layer("layer2.0.downsample.0", both)?.constantChannels == 7)
    #expect(layer("layer2.0.conv2", both)?.keptChannels == 32)
  }

  @Test("A residual value keeps channels for one reader that the other does not have")
  func residualSubset() throws {
    let network = Network.random(.resnet18)
    // The second block of the stage adds nothing to some channels, and nobody reads some of its results.
    network.change("layer3.0.conv2.weight") { o, _, _, weight in o % 3 == 0 ? 0 : weight }
    network.change("layer3.0.downsample.0.weight") { o, _, _, weight in o % 3 == 0 ? 0 : weight }
    network.change("layer4.0.conv1.weight") { _, i, _, weight in i % 5 == 0 ? 0 : weight }
    network.change("layer4.0.downsample.0.weight") { _, i, _, weight in i % 5 == 0 ? 0 : weight }
    check(network)
    let smaller = network.folded
    let last = try #require(smaller.layers.first { $0.name == "layer3.1.conv2" })
    #expect(last.residual?.channels.contains(-1) == true)
  }

  @Test("An empty layer in the middle makes the logits constant")
  func constantLogits() throws {
    for name in ["conv1", "layer3.0"] {
      let network = Network.random(.resnet8, sparsity: 0.5)
      if name == "conv1" {
        network.change("conv1.weight") { _, _, _, _ in 0 }
      } else {
        network.change("layer3.0.conv2.weight") { _, _, _, _ in 0 }
        network.change("layer3.0.downsample.0.weight") { _, _, _, _ in 0 }
      }
      let report = check(network)
      #expect(report.keptSurvivors == 0 && report.keptChannels == 10)
      let smaller = network.folded
      #expect(smaller.nodes.count == 1 && smaller.multiplyAdds == 0)
    }
  }

  @Test("Without any weight")
  func nothing() {
    let network = Network.random(.resnet18)
    for parameter in network.layout.convolutionWeights { network.change(parameter.name) { _, _, _, _ in 0 } }
    let report = check(network)
    #expect(report.keptSurvivors == 0)
  }

  @Test("A scale of zero makes a channel constant as empty weights do")
  func zeroScale() throws {
    let network = Network.random(.resnet8)
    let scale = try #require(network.layout.parameters.first { $0.name == "bn1.weight" })
    network.store((0..<16).map { $0 == 3 ? 0 : 1 }, in: scale)
    let report = check(network)
    #expect(layer("conv1", report)?.constantChannels == 1)
  }

  @Test("Weights at dead taps are no survivors")
  func deadTaps() {
    let network = Network(.resnet18)
    network.initialize(seed: 1)
    let folded = network.foldedWhole
    let last = folded.layers.first { $0.name == "layer4.1.conv2" }
    #expect(last?.weights.count == 512 * 512)
  }

  @Test("A pooled constant stays what it is")
  func pooling() throws {
    let network = Network.random(.resnet18, sparsity: 0.5)
    network.change("conv1.weight") { o, _, _, weight in o < 10 ? 0 : weight }
    let report = check(network)
    #expect(layer("conv1", report)?.constantChannels == 10)
  }
}
