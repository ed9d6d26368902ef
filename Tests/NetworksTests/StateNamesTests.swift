import Formats
import Foundation
import Networks
import TestSupport
import Testing

/// Files under other names than torchvision's, with masks, and of other classes.
struct StateNamesTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func path(_ name: String = "model.safetensors") -> String { directory.url.appending(path: name).path() }

  private func network(_ architecture: Architecture, classes: Int = 10) -> Network {
    let network = Network(architecture, classes: classes)
    network.initialize(seed: 5)
    network.batchesTracked = 7
    // A third of the weights are pruned.
    for parameter in network.layout.convolutionWeights {
      network.store(network.values(of: parameter).enumerated().map { $0 % 3 == 0 ? 0 : $1 }, in: parameter)
    }
    return network
  }

  @Test(
    arguments: Architecture.light, [(StateNames.torchvision, true), (.pytorchCIFAR, false), (.pytorchCIFAR, true)])
  func everyFormComesBack(architecture: Architecture, form: (names: StateNames, masked: Bool)) throws {
    let network = network(architecture)
    let tensors = network.stateDictionary(names: form.names, masked: form.masked)
    try SafetensorsFile.write(tensors, to: path())
    let found = try Network(path: path(), classes: 10)
    #expect(found.architecture == architecture && found.batchesTracked == 7)
    for parameter in network.layout.parameters {
      #expect(found.values(of: parameter) == network.values(of: parameter), "\(parameter.name)")
    }
    for statistics in network.layout.statistics {
      #expect(Array(found.arena[statistics.variance]) == Array(network.arena[statistics.variance]))
    }
  }

  @Test func namesAreTheirs() {
    let names = network(.resnet18CIFAR).stateDictionary(names: .pytorchCIFAR, masked: false).map(\.name)
    #expect(names.contains("layer2.0.shortcut.0.weight") && names.contains("layer4.0.shortcut.1.running_var"))
    #expect(names.contains("linear.weight") && names.contains("linear.bias") && names.contains("layer1.1.bn2.bias"))
    #expect(!names.contains { $0.contains("downsample") || $0.hasPrefix("fc.") })
    let masked = Set(network(.resnet8).stateDictionary(names: .torchvision, masked: true).map(\.name))
    #expect(masked.isSuperset(of: ["conv1.weight_orig", "conv1.weight_mask", "bn1.weight", "fc.weight", "fc.bias"]))
    #expect(!masked.contains("conv1.weight") && !masked.contains("fc.weight_mask"))
  }

  @Test func whatAMaskTakesAwayIsZero() throws {
    let network = network(.resnet8)
    let tensors = network.stateDictionary(names: .torchvision, masked: true).map { tensor -> NamedTensor in
      let elements: NamedTensor.Elements =
        switch (tensor.name, tensor.elements) {
        // What is masked out may be anything, and a mask of any type.
        case ("conv1.weight_orig", .float32(let values)): .float32(values.map { $0 == 0 ? .nan : $0 })
        case ("conv1.weight_mask", .float32(let values)): .bool(values.map { $0 != 0 })
        default: tensor.elements
        }
      return NamedTensor(name: tensor.name, shape: tensor.shape, elements: elements)
    }
    try SafetensorsFile.write(tensors, to: path())
    let found = try Network(path: path())
    for parameter in network.layout.parameters { #expect(found.values(of: parameter) == network.values(of: parameter)) }
  }

  @Test func aMaskOfAnotherShapeIsRefused() throws {
    let tensors = network(.resnet8).stateDictionary(names: .torchvision, masked: true).map { tensor in
      tensor.name == "layer1.0.conv1.weight_mask"
        ? NamedTensor(name: tensor.name, shape: [16], elements: .float32([Float](repeating: 1, count: 16))) : tensor
    }
    try SafetensorsFile.write(tensors, to: path())
    let error = #expect(throws: UnknownArchitectureError.self) { try Network(path: path()) }
    #expect(error?.nearest == .resnet8 && error?.differences == 1)
    #expect(
      error?.first.tensor == "layer1.0.conv1.weight_mask"
        && error?.first.problem == .shape(found: [16], expected: [16, 16, 3, 3]))
  }

  @Test func aMissingMaskIsNamed() throws {
    let tensors = network(.resnet8).stateDictionary(names: .pytorchCIFAR, masked: true)
    try SafetensorsFile.write(tensors.filter { $0.name != "layer2.0.shortcut.0.weight_mask" }, to: path())
    let error = #expect(throws: UnknownArchitectureError.self) { try Network(path: path()) }
    #expect(error?.nearest == .resnet8 && error?.differences == 1)
    #expect(error?.first.problem == .names(missing: ["layer2.0.shortcut.0.weight_mask"], unexpected: []))
  }

  @Test(arguments: [10, 1_000]) func trainingStartsWithAFile(classes: Int) throws {
    let other = network(.resnet8, classes: classes)
    try SafetensorsFile.write(other.stateDictionary, to: path())
    let (found, others) = try Network.starting(from: path(), classes: 10, seed: 9)
    let fresh = Network(.resnet8)
    fresh.initialize(seed: 9)
    #expect(found.classes == 10 && others == (classes == 10 ? nil : 1_000))
    for parameter in found.layout.parameters {
      let isReplaced = parameter.name.hasPrefix("fc.") && classes != 10
      let expected =
        isReplaced ? fresh.values(of: parameter) : other.values(of: try #require(other.named(parameter.name)))
      #expect(found.values(of: parameter) == expected, "\(parameter.name)")
    }
  }
}
