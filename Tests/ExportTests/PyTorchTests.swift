import Export
import Formats
import Foundation
import Inference
import Networks
import TestSupport
import Testing

/// Models to and from PyTorch under pytorch-cifar's names, masked and not. (`docs/interchange.md` shows torchvision's.)
@Suite(.peer("torch"), .peer("safetensors"))
struct PyTorchTests {
  private static func difference(_ network: FoldedNetwork, _ images: [Float], _ logits: URL) throws -> Float {
    let expected = network.logits(images)
    return try largestDifference(RawFloats.read(logits), expected) / max(1, expected.map(\.magnitude).max() ?? 1)
  }

  @Test(arguments: [[], ["masked"], ["parallel"], ["masked", "parallel"]])
  func fromPyTorchCIFAR(options: [String]) throws {
    let directory = try TemporaryDirectory()
    func url(_ name: String) -> URL { directory.url.appending(path: name) }
    let images = randomImages(3)
    try RawFloats.write(images, to: url("images"))
    let result = try Peer.python(
      "pytorch_cifar.py", ["save"] + ["model.safetensors", "images", "logits"].map { url($0).path() } + options)
    try #require(result.succeeded, "\(result)")
    let network = try Network(path: url("model.safetensors").path(), classes: 10)
    #expect(network.architecture == .resnet18CIFAR)
    #expect(try Self.difference(network.foldedWhole, images, url("logits")) < 1e-4)
    let zeros = network.layout.convolutionWeights.reduce(0) { $0 + network.values(of: $1).count { $0 == 0 } }
    #expect(zeros == (options.contains("masked") ? 10_043_309 : 0))
  }

  @Test(arguments: [false, true]) func toPyTorchCIFAR(masked: Bool) throws {
    let directory = try TemporaryDirectory()
    func url(_ name: String) -> URL { directory.url.appending(path: name) }
    let network = Network.random(.resnet18CIFAR, sparsity: 0.9)
    let images = randomImages(3)
    try RawFloats.write(images, to: url("images"))
    let path = url("model.safetensors").path()
    try SafetensorsFile.write(network.stateDictionary(names: .pytorchCIFAR, masked: masked), to: path)
    let result = try Peer.python(
      "pytorch_cifar.py", ["load", path] + ["images", "logits"].map { url($0).path() })
    try #require(result.succeeded, "\(result)")
    #expect(try Self.difference(network.foldedWhole, images, url("logits")) < 1e-4)
    // And back again, every bit of it.
    let back = try Network(path: path)
    for parameter in network.layout.parameters { #expect(back.values(of: parameter) == network.values(of: parameter)) }
  }
}
