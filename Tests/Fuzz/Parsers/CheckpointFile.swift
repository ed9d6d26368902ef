import Formats
import Foundation
import Networks
import Pruning
import Runs
import Training

/// The parts of a checkpoint's file, to be changed and sealed again as if the program had written them so.
struct CheckpointFile {
  var tensors: [NamedTensor]
  var metadata: [String: String]

  /// Nil where the bytes are no safetensors file.
  init?(_ bytes: [UInt8], in file: MemoryFile) {
    file.replace(by: bytes)
    guard let safetensors = try? SafetensorsFile(path: file.path) else { return nil }
    metadata = safetensors.metadata
    tensors = safetensors.names.compactMap { try? safetensors.tensor($0) }
  }

  /// A checkpoint in the middle of an epoch: a resnet8 of which one convolution weight in 97 is left, its momentum and its average.
  init() throws {
    let full = Network(.resnet8)
    full.initialize(seed: 1)
    var survivors = Mask(allSurviving: full.layout.count)
    for parameter in full.layout.convolutionWeights {
      for block in parameter.blocks { for place in block where place % 97 != 0 { survivors[place] = false } }
    }
    let network = full.compacted(keeping: survivors)
    var configuration = Recipe.quick.syntheticConfiguration
    configuration.architecture = .resnet8
    let checkpoint = Checkpoint(
      configuration: configuration, state: RunState(stage: .finetune(round: 1)), survivors: survivors,
      arena: Array(network.arena[0..<network.layout.count]), optimizer: nil, metrics: Array("{}\n".utf8),
      report: Array("Dense network\n".utf8))
    let path = "/dev/shm/fuzz-\(getpid()).safetensors"
    defer { unlink(path) }
    try checkpoint.write(to: path)
    let file = try SafetensorsFile(path: path)
    metadata = file.metadata
    tensors = try file.names.map { try file.tensor($0) }
    let live = network.layout.liveCount
    tensors.append(
      NamedTensor(name: "momentum", shape: [live], elements: .float32((0..<live).map { Float($0) / 64 })))
    let averaged = network.layout.averagedCount
    tensors.append(
      NamedTensor(name: "average", shape: [averaged], elements: .float32((0..<averaged).map { Float($0) / 128 })))
    metadata["state"] = metadata["state"]?.replacing(
      "{\"run\"", with: "{\"dead\":{\"velocity\":0.5,\"weight\":0.75},\"run\""
    )
    .replacing("\"step\":0", with: "\"step\":3").replacing("\"stepsDone\":0", with: "\"stepsDone\":13")
    seal()
  }

  /// Makes all checksums right.
  mutating func seal() {
    for name in metadata.keys where name.hasPrefix("checksum.") { metadata[name] = nil }
    for (name, text) in metadata { metadata["checksum.\(name)"] = Self.checksum(Array(text.utf8)) }
    for tensor in tensors {
      metadata["checksum.\(tensor.name)"] =
        switch tensor.elements {
        case .float32(let values): Self.checksum(values)
        case .uint64(let values): Self.checksum(values)
        case .uint8(let values): Self.checksum(values)
        case .int32(let values): Self.checksum(values)
        default: ""
        }
    }
  }

  private static func checksum<Element>(_ values: [Element]) -> String {
    values.withUnsafeBytes { "\(Hash128($0))" }
  }

  var bytes: [UInt8] {
    let path = "/dev/shm/fuzz-\(getpid()).safetensors"
    defer { unlink(path) }
    guard (try? SafetensorsFile.write(tensors, metadata: metadata, to: path)) != nil else { return [] }
    return FileManager.default.contents(atPath: path).map { Array($0) } ?? []
  }
}
