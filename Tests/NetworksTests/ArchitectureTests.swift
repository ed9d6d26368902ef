import Formats
import Networks
import TestSupport
import Testing

/// Architectures by name, and in files that name none.
struct ArchitectureTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { directory.url.appending(path: "model.safetensors").path() }

  private func write(_ network: Network, metadata: [String: String] = [:], names: StateNames = .torchvision) throws {
    try SafetensorsFile.write(network.stateDictionary(names: names, masked: false), metadata: metadata, to: path)
  }

  @Test func namesAreWhatFilesAndFlagsSay() {
    #expect(Set(Architecture.all.map(\.name)).count == Architecture.all.count)
    for architecture in Architecture.all {
      #expect(Architecture(named: architecture.name) == architecture)
      #expect(Architecture(rawValue: architecture.rawValue)?.description == architecture.name)
    }
    #expect(Architecture(named: "resnet9") == nil)
  }

  @Test func layersHaveNamesOfTheirOwn() {
    for architecture in Architecture.all {
      let names = architecture.graph(classes: 10).nodes.map(\.layer.name)
      #expect(Set(names).count == names.count)
    }
  }

  @Test(arguments: [Architecture.resnet34, .resnet50], StateNames.allCases)
  func aFileWithoutMetadataIsKnownByItsTensors(architecture: Architecture, names: StateNames) throws {
    try write(Network(architecture, classes: 3), names: names)
    let found = try Network(path: path)
    #expect(found.architecture == architecture && found.classes == 3)
  }

  @Test func aFileThatNamesItsArchitectureIsHeldToIt() throws {
    try write(Network(.resnet8), metadata: ["architecture": "resnet18-cifar", "image_size": "32"])
    let error = #expect(throws: SafetensorsError.self) { try Network(path: path) }
    #expect(error?.tensor == "fc.weight" && error?.problem == .shape(found: [10, 64], expected: [10, 512]))
  }

  @Test func anUnknownNameDoesNotMatter() throws {
    try write(Network(.resnet8), metadata: ["architecture": "ours"])
    #expect(try Network(path: path).architecture == .resnet8)
  }

  @Test func imagesOfAnotherSizeAreRefused() throws {
    try write(Network(.resnet8), metadata: ["image_size": "64"])
    let error = #expect(throws: ModelError.self) { try Network(path: path) }
    #expect(error?.description.hasSuffix("a model for images of 64 pixels an edge; expected 32") == true)
  }

  @Test func theNearestIsNamedWhereNoneFits() throws {
    var tensors = Network(.resnet34).stateDictionary
    tensors.removeAll { $0.name.hasPrefix("layer3.5.") }
    try SafetensorsFile.write(tensors, to: path)
    let error = #expect(throws: UnknownArchitectureError.self) { try Network(path: path) }
    #expect(error?.nearest == .resnet34 && error?.differences == 10)
    #expect(error?.description.contains("the nearest is resnet34, from which 10 tensors differ") == true)
  }
}
