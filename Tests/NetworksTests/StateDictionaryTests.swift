import Formats
import Foundation
import Kernels
import Networks
import TestSupport
import Testing

/// `Tests/Golden/resnet8-state.safetensors` is a `state_dict` that Python's safetensors wrote
/// (`Tests/Golden/state_dictionary.py`).
@Suite struct StateDictionaryTests {
  private static let reference = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/resnet8-state.safetensors")

  private let directory: TemporaryDirectory
  private var path: String { directory.url.appending(path: "model.safetensors").path() }

  init() throws { directory = try TemporaryDirectory() }

  private func initialized(seed: UInt64 = 3) -> Network {
    let network = Network(.resnet8)
    network.initialize(seed: seed)
    network.batchesTracked = 11
    return network
  }

  private func write(_ tensors: [NamedTensor]) throws -> SafetensorsFile {
    try SafetensorsFile.write(tensors, to: path)
    return try SafetensorsFile(path: path)
  }

  @Test("A state_dict that Python wrote loads exactly and gives PyTorch's logits")
  func loadsPython() throws {
    let network = initialized()
    try network.load(SafetensorsFile(path: Self.reference.path()))
    let expected = Network(.resnet8)
    expected.loadFormula()
    #expect(network.arena.elements.elementsEqual(expected.arena.elements))
    #expect(network.batchesTracked == 7)

    let microbatch = Microbatch(network, lanes: 32)
    microbatch.load(images: Formula.images(step: 0, count: 32), labels: Formula.labels(step: 0, count: 32))
    microbatch.forward(training: false)
    try Golden("resnet8").expect("evaluation/logits", Array(microbatch.logits).transposed(rows: 10))
  }

  @Test("What we write is what Python writes, byte for byte")
  func writesPython() throws {
    let network = Network(.resnet8)
    network.loadFormula()
    network.batchesTracked = 7
    try SafetensorsFile.write(network.stateDictionary, metadata: ["format": "pt"], to: path)
    let written = try Data(contentsOf: URL(filePath: path))
    #expect(try written == Data(contentsOf: Self.reference))
  }

  /// The first of these takes no byte of the file, and would take 2⁴⁸ bytes of memory.
  @Test("Classes that have no weights are refused", arguments: [[1 << 40, 0], [0, 64], [10, 63], [10]])
  func claimsClasses(shape: [Int]) throws {
    var tensors = initialized().stateDictionary.filter { $0.name != "fc.weight" }
    tensors.append(
      NamedTensor(
        name: "fc.weight", shape: shape, elements: .float32([Float](repeating: 0, count: shape.reduce(1, *)))))
    _ = try write(tensors)
    let error = #expect(throws: SafetensorsError.self) { _ = try Network(path: path) }
    #expect(error?.problem == .shape(found: shape, expected: [max(shape[0], 1), 64]))
  }

  @Test("A network comes back as it was", arguments: Architecture.light)
  func roundTrip(_ architecture: Architecture) throws {
    let network = Network(architecture)
    network.initialize(seed: 5)
    network.batchesTracked = 123_456_789_012
    for place in network.layout.statisticsRange { network.arena.pointer[place] = Float(place % 101) / 7 }
    let other = Network(architecture)
    try other.load(write(network.stateDictionary))
    #expect(other.arena.elements.elementsEqual(network.arena.elements))
    #expect(other.batchesTracked == network.batchesTracked)
    let names = network.stateDictionary.map(\.name)
    #expect(names.count == network.layout.parameters.count + 3 * network.layout.statistics.count)
    #expect(Set(names).count == names.count)
  }

  @Test("Files without counters load, as PyTorch's older ones")
  func withoutCounters() throws {
    let network = initialized()
    let other = initialized(seed: 4)
    try other.load(write(network.stateDictionary.filter { !$0.name.hasSuffix("num_batches_tracked") }))
    #expect(other.arena.elements.elementsEqual(network.arena.elements) && other.batchesTracked == 0)
  }

  @Test("Doubles are rounded")
  func doubles() throws {
    let network = initialized()
    let tensors = network.stateDictionary.map { tensor -> NamedTensor in
      guard case .float32(let values) = tensor.elements else { return tensor }
      return NamedTensor(
        name: tensor.name, shape: tensor.shape, elements: .float64(values.map { Double($0) * (1 + 1e-12) }))
    }
    let other = initialized(seed: 4)
    try other.load(write(tensors))
    #expect(other.arena.elements.elementsEqual(network.arena.elements))
  }

  /// What is wrong with a file, as little as can be.
  enum Fault: CaseIterable {
    case missingWeight, missingStatistics, extra, renamed, shape, transposedShape, statisticsShape, type, counterType,
      counterShape, otherArchitecture

    func apply(to tensors: [NamedTensor]) -> [NamedTensor] {
      func replace(
        _ name: String, shape: [Int]? = nil, _ elements: NamedTensor.Elements? = nil, as other: String? = nil
      )
        -> [NamedTensor]
      {
        tensors.map {
          guard $0.name == name else { return $0 }
          return NamedTensor(name: other ?? name, shape: shape ?? $0.shape, elements: elements ?? $0.elements)
        }
      }
      switch self {
      case .missingWeight: return tensors.filter { $0.name != "fc.bias" }
      case .missingStatistics: return tensors.filter { $0.name != "layer3.0.downsample.1.running_var" }
      case .extra: return tensors + [NamedTensor(name: "fc2.bias", shape: [1], elements: .float32([0]))]
      case .renamed: return replace("conv1.weight", as: "module.conv1.weight")
      case .shape: return replace("fc.bias", shape: [9], .float32([Float](repeating: 0, count: 9)))
      case .transposedShape: return replace("fc.weight", shape: [64, 10])
      case .statisticsShape: return replace("bn1.running_mean", shape: [1, 16])
      case .type: return replace("layer3.0.bn2.bias", .int32([Int32](repeating: 1, count: 64)))
      case .counterType: return replace("layer3.0.bn2.num_batches_tracked", .float32([1]))
      case .counterShape: return replace("bn1.num_batches_tracked", shape: [2], .int64([1, 2]))
      case .otherArchitecture: return Network(.resnet18CIFAR).stateDictionary
      }
    }

    /// What the error's text must name.
    var expected: [String] {
      switch self {
      case .missingWeight: ["missing", "fc.bias"]
      case .missingStatistics: ["missing", "layer3.0.downsample.1.running_var"]
      case .extra: ["unexpected", "fc2.bias"]
      case .renamed: ["missing", "unexpected", "module.conv1.weight"]
      case .shape: ["fc.bias", "[9]", "[10]"]
      case .transposedShape: ["fc.weight", "[64, 10]", "[10, 64]"]
      case .statisticsShape: ["bn1.running_mean", "[1, 16]", "[16]"]
      case .type: ["layer3.0.bn2.bias", "I32", "F32"]
      case .counterType: ["layer3.0.bn2.num_batches_tracked", "F32", "I64"]
      case .counterShape: ["bn1.num_batches_tracked", "[2]", "[]"]
      case .otherArchitecture: ["unexpected", "architecture"]
      }
    }
  }

  @Test("A file that does not fit is refused by name, and the network stays as it was", arguments: Fault.allCases)
  func faults(_ fault: Fault) throws {
    let (network, untouched) = (initialized(), initialized())
    let file = try write(fault.apply(to: initialized(seed: 4).stateDictionary))
    let error = #expect(throws: SafetensorsError.self) { try network.load(file) }
    let text = error?.description ?? ""
    #expect((fault.expected + [path]).allSatisfy { text.contains($0) }, "\(text)")
    #expect(network.arena.elements.elementsEqual(untouched.arena.elements) && network.batchesTracked == 11)
  }
}
