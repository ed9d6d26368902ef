import Foundation
import Networks
import Pruning
import Testing

/// Masks of successive rounds, bit for bit those of `torch.nn.utils.prune` (written by `Tests/Golden/pruning.py`).
struct PyTorchMaskTests {
  struct Golden: Decodable {
    struct Tensor: Decodable {
      let name: String
      let shape: [Int]
    }
    struct Case: Decodable, CustomTestStringConvertible {
      let scope: String
      let convolution: [Double]
      let linear: [Double]
      let masks: [[String: String]]
      var testDescription: String { "\(scope) \(convolution)" }
    }
    let parameters: [Tensor]
    let weights: [[String: String]]
    let cases: [Case]

    static func load() throws -> Golden {
      let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/pruning.json")
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }
  }

  /// PyTorch takes an integer for a count, a float for a fraction; JSON keeps only the value.
  static func amount(_ value: Double) -> PruneAmount { value >= 1 ? .count(Int(value)) : .fraction(value) }

  static func floats(_ hexadecimal: String) throws -> [Float] {
    try stride(from: 0, to: hexadecimal.utf8.count, by: 8).map { start in
      let digits = hexadecimal.utf8.dropFirst(start).prefix(8)
      return Float(bitPattern: try #require(UInt32(String(decoding: digits, as: UTF8.self), radix: 16)))
    }
  }

  @Test(arguments: try Golden.load().cases)
  func masksAreThoseOfPyTorch(golden: Golden.Case) throws {
    let file = try Golden.load()
    // PyTorch knows no dead taps; where a weight lies in the arena must not matter.
    var network = Network(
      [(name: "bn.bias", shape: [5])] + file.parameters.map { (name: $0.name, shape: $0.shape) },
      dead: ["layer1.conv2.weight": [0, 1, 2, 3, 5, 6, 7, 8], "conv1.weight": [0, 48]])
    var mask = Mask(allSurviving: network.layout.count)
    for (round, expected) in golden.masks.enumerated() {
      for parameter in network.layout.parameters {
        guard let weights = file.weights[round][parameter.name] else { continue }
        network.set(try Self.floats(weights), of: parameter)
      }
      let request = PruneRequest(
        convolutionAmount: Self.amount(golden.convolution[round]), linearAmount: Self.amount(golden.linear[round]),
        scope: try #require(PruneScope(rawValue: golden.scope)), round: round)
      mask = try network.select(mask, request)
      for (name, bits) in expected {
        let found = network.indices(of: try network.parameter(name)).map { mask[$0] ? "1" : "0" }.joined()
        #expect(found == bits, "round \(round), \(name)")
      }
      #expect(mask.survivors(of: try network.parameter("bn.bias")) == 5)
      mask.apply(to: &network.arena)
    }
  }

  /// The same rounds when each is made in the layout of what the one before left.
  @Test(arguments: try Golden.load().cases)
  func shrinkingRoundsMakeTheSameMasks(golden: Golden.Case) throws {
    let file = try Golden.load()
    var network = Network(
      [(name: "bn.bias", shape: [5])] + file.parameters.map { (name: $0.name, shape: $0.shape) },
      dead: ["layer1.conv2.weight": [0, 1, 2, 3, 5, 6, 7, 8], "conv1.weight": [0, 48]])
    for (round, expected) in golden.masks.enumerated() {
      for parameter in network.layout.parameters {
        guard let weights = file.weights[round][parameter.name] else { continue }
        network.set(try Self.floats(weights), of: parameter)
      }
      let request = PruneRequest(
        convolutionAmount: Self.amount(golden.convolution[round]), linearAmount: Self.amount(golden.linear[round]),
        scope: try #require(PruneScope(rawValue: golden.scope)), round: round)
      network = network.compacted(keeping: try network.select(nil, request))
      let everything = Mask(allSurviving: network.layout.count)
      for (name, bits) in expected {
        let found = network.survives(try network.parameter(name), everything).map { $0 ? "1" : "0" }.joined()
        #expect(found == bits, "round \(round), \(name)")
      }
      #expect(network.layout.count == 5 + expected.values.reduce(0) { $0 + $1.count { $0 == "1" } })
    }
  }
}
