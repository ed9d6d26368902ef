import Foundation
import Inference
import Kernels
import Networks
import TestSupport
import Testing

import Export

struct PackedModelTests {
  /// Networks with all channels, with dead ones removed, and with biases that differ from pixel to pixel.
  static let networks: [(Architecture, Double)] = [
    (.resnet8, 0), (.resnet8, 0.6), (.resnet8, 0.9), (.resnet8, 0.985), (.resnet18, 0.98), (.resnet18, 0.999),
  ]

  private static func read(_ bytes: [UInt8]) throws -> PackedModel {
    try bytes.withUnsafeBytes { bytes in
      var reader = PackedReader(bytes, path: "model.packed")
      return try reader.model()
    }
  }

  @Test(arguments: networks)
  func singlePrecisionLosesNothing(architecture: Architecture, sparsity: Double) throws {
    let network = Network.random(architecture, sparsity: sparsity).folded
    let packed = try PackedModel(network, architecture, values: .fp32)
    #expect(packed.network == network)
    let found = try Self.read(packed.bytes)
    #expect(found.network == network)
    #expect(found.architecture == architecture && found.values == .fp32)
  }

  @Test(arguments: networks, [PackedModel.Values.fp16, .int8])
  func aFileHoldsWhatThePackedModelIs(network: (Architecture, Double), values: PackedModel.Values) throws {
    let folded = Network.random(network.0, sparsity: network.1).folded
    let packed = try PackedModel(folded, network.0, values: values)
    let bytes = packed.bytes
    let found = try Self.read(bytes)
    #expect(found == packed)
    // What is rounded is not rounded again.
    #expect(try PackedModel(found.network, network.0, values: values).bytes == bytes)
  }

  @Test func networksWithBiasesByPixelAreAmongThem() {
    let kinds = Self.networks.map { network in
      Network.random(network.0, sparsity: network.1).folded.layers.contains { $0.bias.pixels > 1 }
    }
    #expect(kinds.contains(true) && kinds.contains(false))
  }

  @Test func aNetworkKeepsItsDeadChannelsIfTheyAreLeft() throws {
    let network = Network.random(.resnet8, sparsity: 0.985).foldedWhole
    #expect(try Self.read(PackedModel(network, .resnet8, values: .fp32).bytes).network == network)
  }

  @Test func otherNumbersOfClassesAreKept() throws {
    let network = Network(.resnet8, classes: 13)
    network.initialize(seed: 3)
    let folded = network.foldedWhole
    let found = try Self.read(PackedModel(folded, .resnet8, values: .fp32).bytes)
    #expect(found.network == folded && found.network.classes == 13)
  }

  @Test func metadataAreKept() throws {
    let metadata = ["classes": "cat,dog", "": "empty", "größe": String(repeating: "x", count: 1_000)]
    let network = Network.random(.resnet8, sparsity: 0.9).folded
    let packed = try PackedModel(network, .resnet8, values: .int8, metadata: metadata)
    #expect(try Self.read(packed.bytes) == packed && packed.metadata == metadata)
  }

  /// Half precision as the processor rounds it.
  @Test func halvesAreRoundedToNearest() throws {
    let network = Network.random(.resnet8, sparsity: 0.5).folded
    let packed = try PackedModel(network, .resnet8, values: .fp16).network
    for (layer, rounded) in zip(network.layers, packed.layers) {
      for (weights, halves) in zip(layer.weights.values, rounded.weights.values) {
        #expect(weights.map { Float(Float16($0)) } == halves)
      }
      #expect(layer.bias == rounded.bias && layer.weights.positions == rounded.weights.positions)
    }
  }

  /// No weight moves by more than half a step, and a channel has 127 steps to its largest weight.
  @Test func integersAreRoundedToNearest() throws {
    let network = Network.random(.resnet8, sparsity: 0.5).folded
    let packed = try PackedModel(network, .resnet8, values: .int8).network
    for (layer, rounded) in zip(network.layers, packed.layers) {
      var largest = [Float](repeating: 0, count: layer.shape.outputChannels)
      layer.forEach { o, _, weight in largest[o] = max(largest[o], weight.magnitude) }
      var left: [Int: Float] = [:]
      rounded.forEach { _, place, weight in left[place] = weight }
      layer.forEach { o, place, weight in
        let step = largest[o] / 127
        #expect((weight - (left[place] ?? 0)).magnitude <= 0.5001 * step)
      }
      #expect(left.values.allSatisfy { $0 != 0 })
    }
  }

  @Test(arguments: [(PackedModel.Values.fp16, 2e-3), (.int8, 0.1)])
  func narrowValuesStayNear(values: PackedModel.Values, allowed: Double) throws {
    let network = Network.random(.resnet18, sparsity: 0.9).folded
    let images = randomImages(4)
    let expected = network.logits(images).map(Double.init)
    let found = try PackedModel(network, .resnet18, values: values).network.logits(images).map(Double.init)
    let error = zip(found, expected).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    let size = expected.map { $0 * $0 }.reduce(0, +)
    let relative = (error / size).squareRoot()
    #expect(relative > 0 && relative < allowed)
  }

  /// Survivors at random places are the most expensive ones, and this network has no dead taps.
  @Test(arguments: [(PackedModel.Values.fp32, 1_000_000), (.fp16, 650_000), (.int8, 500_000)])
  func twoPercentOfResNet18AreSmall(values: PackedModel.Values, most: Int) throws {
    let network = Network.random(.resnet18CIFAR, sparsity: 0.98).foldedWhole
    #expect(network.survivorCount > 220_000)
    #expect(try PackedModel(network, .resnet18CIFAR, values: values).bytes.count <= most)
  }

  @Test func theFileIsMappedAndReadBack() throws {
    let directory = try TemporaryDirectory()
    let path = directory.url.appending(path: "model.packed").path()
    let packed = try PackedModel(Network.random(.resnet8, sparsity: 0.9).folded, .resnet8, values: .fp16)
    let size = try packed.write(to: path)
    #expect(try Data(contentsOf: URL(filePath: path)).count == size)
    #expect(try PackedModel(path: path) == packed)
    let model = try InferenceModel(path: path, classes: 10)
    #expect(model.network == packed.network && model.size == size && model.architecture == .resnet8)
    #expect(throws: ModelError.self) { try InferenceModel(path: path, classes: 100) }
    #expect(throws: ModelError.self) { try Network(path: path) }
  }

  @Test func whatCannotBePackedIsRefused() throws {
    let network = Network.random(.resnet8, sparsity: 0.9)
    network.change("fc.weight") { $0 == 3 ? 70_000 : $1 }
    #expect(try PackedModel(network.foldedWhole, .resnet8, values: .fp32).network == network.foldedWhole)
    let error = #expect(throws: PackedModelError.self) {
      try PackedModel(network.foldedWhole, .resnet8, values: .fp16)
    }
    #expect(error?.problem == .outOfRange(layer: "fc", value: 70_000, values: .fp16))
    network.change("fc.weight") { $0 == 3 ? .nan : $1 }
    for values in PackedModel.Values.allCases {
      let error = #expect(throws: PackedModelError.self) {
        try PackedModel(network.foldedWhole, .resnet8, values: values)
      }
      #expect(error?.problem == .notFinite(layer: "fc"))
    }
  }
}

extension FoldedLayer {
  /// Calls `body` with each survivor's output channel, place among all weights, and value.
  func forEach(_ body: (_ output: Int, _ place: Int, _ weight: Float) -> Void) {
    for (tap, positions) in weights.positions.enumerated() {
      for (position, weight) in zip(positions, weights.values[tap]) {
        body(Int(position) / max(shape.inputChannels, 1), tap * shape.weights + Int(position), weight)
      }
    }
  }
}

extension Network {
  /// Replaces a parameter's elements by what `body` makes of their index and value.
  func change(_ name: String, _ body: (Int, Float) -> Float) {
    guard let parameter = layout.parameters.first(where: { $0.name == name }) else { return }
    store(values(of: parameter).enumerated().map { body($0, $1) }, in: parameter)
  }
}
