import Export
import Foundation
import Inference
import Networks
import TestSupport
import Testing

/// Exported C files compile without a warning and compute our logits, within 10⁻⁴ where these are as large as those of trained
/// networks.
struct CModelTests {
  /// Images of random bytes, and as the network wants them.
  static func images(_ count: Int) -> (bytes: [[UInt8]], floats: [Float]) {
    let bytes = (0..<count).map { image in
      Formula.integers("c/\(image)", count: 3072, bound: 256).map { UInt8($0) }
    }
    let normalization = CompiledC.normalization
    let floats = bytes.flatMap { image in
      image.enumerated().map { place, byte in
        (Float(byte) / 255 - normalization.mean[place / 1024]) / normalization.standardDeviation[place / 1024]
      }
    }
    return (bytes, floats)
  }

  private static func network(_ architecture: Architecture, _ sparsity: Double) -> Network {
    Network.random(architecture, sparsity: sparsity).withRealisticLogits()
  }

  private func check(_ network: FoldedNetwork, _ target: CompiledC.Target, images count: Int = 128) throws {
    let (bytes, floats) = Self.images(count)
    let expected = network.logits(floats)
    let (logits, classes) = try CompiledC(network, target).predict(bytes)
    try #require(logits.count == expected.count && classes.count == count)
    let largest = zip(logits, expected).map { ($0 - $1).magnitude }.reduce(0) { max($0, $1.isFinite ? $1 : .infinity) }
    #expect(largest <= 1e-4, "\(largest) of \(expected.map(\.magnitude).max() ?? 0)")
    #expect(5...100 ~= expected.map(\.magnitude).max() ?? 0)
    for image in 0..<count {
      let own = logits[image * network.classes..<(image + 1) * network.classes]
      #expect(own.startIndex + classes[image] == own.indices.max { own[$0] < own[$1] })
    }
  }

  /// A small network with sparse layers, shortcuts of some channels, and biases by pixel.
  @Test(.enabled(if: CompiledC.Target.gcc.isThere), arguments: [0, 0.6, 0.9, 0.985])
  func smallNetworks(sparsity: Double) throws {
    try check(Self.network(.resnet8, sparsity).folded, .gcc)
  }

  @Test(.enabled(if: CompiledC.Target.gcc.isThere), arguments: [Architecture.resnet18, .resnet18CIFAR])
  func prunedResNets(architecture: Architecture) throws {
    try check(Self.network(architecture, 0.98).folded, .gcc)
  }

  @Test(.enabled(if: CompiledC.Target.gcc.isThere)) func deadChannelsMayStay() throws {
    try check(Self.network(.resnet8, 0.985).foldedWhole, .gcc)
  }

  @Test(.enabled(if: CompiledC.Target.clang.isThere, "\(CompiledC.Target.clang.missing)"))
  func clang() throws { try check(Self.network(.resnet18, 0.98).folded, .clang) }

  @Test(.enabled(if: CompiledC.Target.arm.isThere, "\(CompiledC.Target.arm.missing)"))
  func anotherProcessor() throws { try check(Self.network(.resnet18, 0.98).folded, .arm) }

  /// Without the vectors of GCC and Clang.
  @Test(.enabled(if: CompiledC.Target.plain.isThere)) func plainC() throws {
    try check(Self.network(.resnet18, 0.98).folded, .plain)
  }

  @Test func theNameMustBeOne() throws {
    let network = Network.random(.resnet8, sparsity: 0.9).folded
    for name in ["", "9lives", "a-b", "a b", "naïve", "a.b"] {
      #expect(throws: CNameError(name: name)) {
        try CModel(network, name: name, title: "", normalization: CompiledC.normalization)
      }
    }
    let model = try CModel(
      network, name: "_n1", title: "a */ b", normalization: CompiledC.normalization)
    #expect(model.header.contains("int _n1_predict(const uint8_t image[3072], float logits[10]);"))
    #expect(model.header.contains("#define _N1_BUFFER_SIZE \(model.bufferSize)\n"))
    #expect(model.header.contains("a * / b"))
  }

  /// Nothing is allocated, and no function of another library is called.
  @Test func theFileIsSelfContained() throws {
    let source = try CModel(
      Network.random(.resnet8, sparsity: 0.9).folded, name: "net", title: "", normalization: CompiledC.normalization
    ).source
    let includes = source.matches(of: /#include (\S+)/).map { String($0.1) }
    #expect(Set(includes) == ["\"net.h\"", "<float.h>", "<stddef.h>", "<string.h>"])
    #expect(!source.contains("alloc("))
  }
}
