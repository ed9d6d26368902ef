import Export
import Foundation
import Inference
import Networks
import TestSupport
import Testing

/// onnx's checker accepts what we write, and ONNX Runtime computes our logits from it, one by one and in batches of up to 128,
/// within 10⁻⁴ where they are as large as those of trained networks.
@Suite(.peer("onnx"), .peer("onnxruntime"))
struct ONNXModelTests {
  /// - Parameter output: what the script prints, to be looked at.
  private func check(_ network: FoldedNetwork, images count: Int = 128, output look: (String) -> Void = { _ in }) throws
  {
    let directory = try TemporaryDirectory()
    func url(_ name: String) -> URL { directory.url.appending(path: name) }
    let images = randomImages(count)
    let expected = network.logits(images)
    try RawFloats.write(images, to: url("images"))
    try ONNXModel(network, description: "a test", version: "1", metadata: [("mean", "0 0 0")])
      .write(to: url("model.onnx").path())
    let result = try Peer.python(
      "onnx_logits.py", ["model.onnx", "images", "logits"].map { url($0).path() })
    try #require(result.succeeded, "\(result)")
    let logits = try RawFloats.read(url("logits"))
    #expect(5...100 ~= expected.map(\.magnitude).max() ?? 0)
    try #require(logits.count == 2 * expected.count)
    #expect(largestDifference(Array(logits[..<expected.count]), expected) <= 1e-4)
    #expect(largestDifference(Array(logits[expected.count...]), expected) <= 1e-4)
    look(result.standardOutput)
  }

  private static func network(_ architecture: Architecture, _ sparsity: Double) -> Network {
    Network.random(architecture, sparsity: sparsity).withRealisticLogits()
  }

  @Test(arguments: [(Architecture.resnet18, 0), (.resnet18, 0.98), (.resnet18CIFAR, 0.98)])
  func resNets(architecture: Architecture, sparsity: Double) throws {
    try check(Self.network(architecture, sparsity).foldedWhole) { text in
      #expect(text.contains("input images batch 3 32 32 output logits batch 10"))
      #expect(text.contains("producer dptrain"))
    }
  }

  /// With shortcuts of some channels only, biases by pixel, and layers without inputs.
  @Test(arguments: [(Architecture.resnet8, 0.9), (.resnet8, 0.985), (.resnet8, 0.997), (.resnet18, 0.98)])
  func removedChannels(architecture: Architecture, sparsity: Double) throws {
    try check(Self.network(architecture, sparsity).folded)
  }

  @Test func shortcutsOfSomeChannelsAndBiasesByPixelAreAmongThem() throws {
    var operators = Set<String>()
    for sparsity in [0.985, 0.997] {
      try check(Self.network(.resnet8, sparsity).folded, images: 2) { text in
        operators.formUnion(text.split(separator: "\n")[0].split(separator: " ").map(String.init))
      }
    }
    #expect(operators.isSuperset(of: ["Conv", "Add", "Relu", "Gather", "Gemm", "GlobalAveragePool", "Flatten"]))
  }

  /// Nothing depends on the image: there is no chain of weights from it to the logits.
  @Test func aNetworkThatIsCutInTwo() throws {
    for cut in ["conv1.weight", "fc.weight", "layer2.0.conv2.weight"] {
      let network = Network.random(.resnet8, sparsity: 0.5)
      network.change(cut) { _, _ in 0 }
      _ = network.withRealisticLogits()
      try check(network.folded, images: 3)
      try check(network.foldedWhole, images: 3)
    }
  }
}
