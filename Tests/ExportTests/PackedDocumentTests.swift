import Foundation
import Inference
import Networks
import TestSupport
import Testing

import Export

/// `docs/packed-format.md` says enough to read a packed model: its Python reader finds what we wrote.
@Suite(.enabled(if: SystemPython.isThere, "there is no python3"))
struct PackedDocumentTests {
  /// Prints each layer's name, biases, and survivors by place with the bits of their values.
  private static let printer = """

    import sys
    for name, (bias, weights) in read(sys.argv[1]).items():
        print(name, *[struct.pack(">f", value).hex() for value in bias])
        for place in sorted(weights):
            print(*place, struct.pack(">f", weights[place]).hex())
    """

  @Test(arguments: PackedModel.Values.allCases, [(Architecture.resnet8, 0.985), (.resnet18, 0.995)])
  func theReaderInTheDocumentReads(values: PackedModel.Values, network: (Architecture, Double)) throws {
    let directory = try TemporaryDirectory()
    let path = directory.url.appending(path: "model.packed").path()
    let packed = try PackedModel(
      Network.random(network.0, sparsity: network.1).folded, network.0, values: values)
    _ = try packed.write(to: path)
    let reader = try #require(try codeBlocks(of: "docs/packed-format.md", language: "python").first)
    let script = directory.url.appending(path: "reader.py")
    try (reader + Self.printer).write(to: script, atomically: true, encoding: .utf8)
    let result = try run("python3", [script.path(), path])
    #expect(result.succeeded, "\(result.standardError)")
    let (found, expected) = (result.outputLines, Self.lines(packed.network))
    #expect(found.count == expected.count)
    #expect(zip(found, expected).first { $0 != $1 } == nil)
  }

  private static func lines(_ network: FoldedNetwork) -> [String] {
    func hexadecimal(_ value: Float) -> String {
      let digits = String(value.bitPattern, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }
    return network.nodes.flatMap { node -> [String] in
      guard let layer = node.layer else { return [] }
      let (inputs, outputs) = (network.values[node.input].origins, network.values[node.output].origins)
      var survivors: [(place: [Int], value: Float)] = []
      for (tap, positions) in layer.weights.positions.enumerated() {
        for (position, value) in zip(positions, layer.weights.values[tap]) {
          let (o, i) = Int(position).quotientAndRemainder(dividingBy: layer.shape.inputChannels)
          survivors.append(([outputs[o], inputs[i], tap], value))
        }
      }
      survivors.sort { $0.place.lexicographicallyPrecedes($1.place) }
      return [([layer.name] + layer.bias.values.map(hexadecimal)).joined(separator: " ")]
        + survivors.map { ($0.place.map(String.init) + [hexadecimal($0.value)]).joined(separator: " ") }
    }
  }
}

enum SystemPython {
  static let isThere = (try? run("python3", ["--version"]).succeeded) ?? false
}
