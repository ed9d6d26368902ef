import Export
import Formats
import Inference
import Networks

/// A packed model that somebody changed and sealed with the right length and checksum.
struct PackedParser: FuzzedParser {
  static let name = "packed"

  let seeds: [[UInt8]]
  private let file = MemoryFile()

  init() throws {
    let network = Network(.resnet8)
    network.initialize(seed: 1)
    // Few survivors, so that most bytes say something of channels and layers.
    for parameter in network.layout.convolutionWeights {
      network.store(network.values(of: parameter).enumerated().map { $0 % 89 == 0 ? $1 : 0 }, in: parameter)
    }
    let folded = try FoldedNetwork(network)
    let networks = [folded, folded.removingDeadChannels().network]
    seeds = try networks.flatMap { network in
      try PackedModel.Values.allCases.map {
        try PackedModel(network, .resnet8, values: $0, metadata: ["mean": "0.5"]).bytes
      }
    }
  }

  private static let names = ["resnet18", "resnet18-cifar", "resnet8\0", "resnet9"]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    switch input.count > 128 ? mutator.integer(below: 8) : 8 {
    // The head, where each bit has a meaning of its own.
    case 0: input[mutator.integer(below: 48)] ^= 1 << UInt8(mutator.integer(below: 8))
    case 1:
      let name = Array((mutator.pick(Self.names) ?? "").utf8)
      input.replaceSubrange(32..<32 + name.count, with: name)
    // A survivor more or less in some tap, or a bit somewhere in what is behind it.
    case 2, 3, 4:
      let place = 48 + mutator.integer(below: input.count - 64)
      input[place] =
        mutator.chance(1, in: 2) ? input[place] &+ 1 : input[place] ^ (1 << UInt8(mutator.integer(below: 8)))
    default: mutator.changeBytes(&input)
    }
    if !mutator.chance(1, in: 16) { Self.seal(&input) }
  }

  /// Makes the length and the checksum right.
  private static func seal(_ file: inout [UInt8]) {
    guard file.count >= 40 else { return }
    for byte in 0..<8 { file[16 + byte] = UInt8(truncatingIfNeeded: file.count >> (8 * byte)) }
    let hash = file.dropLast(16).withUnsafeBytes { Hash128($0) }
    file.replaceSubrange((file.count - 16)..., with: hash.bytes)
  }

  func read(_ input: [UInt8]) throws {
    file.replace(by: input)
    let model = try PackedModel(path: file.path)
    // What is accepted can be packed again, and run: the latter takes longest, so not all do.
    guard try PackedModel(model.network, model.architecture, values: .fp32).network == model.network else {
      fatalError("packing changed a network")
    }
    guard (input.last ?? 0) % 16 == 0 else { return }
    let images = [Float](repeating: 0.5, count: 3 * 32 * 32)
    var logits = [Float](repeating: 0, count: model.network.classes)
    InferenceEngine(model.network)(images: images, count: 1, logits: &logits)
  }
}
