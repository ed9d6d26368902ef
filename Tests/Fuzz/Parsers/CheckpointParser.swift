import Formats
import Networks
import Runs
import Training

/// A checkpoint that somebody changed and sealed with right checksums: what a resumed run makes of it before its first step.
struct CheckpointParser: FuzzedParser {
  static let name = "checkpoint"

  let seeds: [[UInt8]]
  private let file = MemoryFile()

  init() throws { seeds = [try CheckpointFile().bytes] }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    guard !mutator.chance(1, in: 8), var parts = CheckpointFile(input, in: file) else {
      return mutator.changeBytes(&input)
    }
    if mutator.chance(2, in: 3) {
      let name = mutator.pick(["state", "state", "state", "configuration", "elements", "format"]) ?? ""
      var text = Array((parts.metadata[name] ?? "").utf8)
      mutator.changeText(&text, words: Self.words)
      parts.metadata[name] = String(decoding: text, as: UTF8.self)
    } else {
      change(&parts.tensors, &mutator)
    }
    if !mutator.chance(1, in: 16) { parts.seal() }
    input = parts.bytes
  }

  private func change(_ tensors: inout [NamedTensor], _ mutator: inout Mutator) {
    guard !tensors.isEmpty else { return }
    let place = mutator.integer(below: tensors.count)
    let tensor = tensors[place]
    let names = ["arena", "momentum", "average", "dead_momentum", "survivors", "metrics", "report", "a"]
    let name = mutator.pick(names) ?? ""
    switch (mutator.integer(below: 6), tensor.elements) {
    case (0, _): tensors.remove(at: place)
    case (1, _): tensors[place] = NamedTensor(name: name, shape: tensor.shape, elements: tensor.elements)
    case (2, _): tensors.append(NamedTensor(name: name, shape: tensor.shape, elements: tensor.elements))
    case (3, .float32(var values)):
      if !values.isEmpty {
        values[mutator.integer(below: values.count)] = mutator.pick([.nan, .infinity, 1e38, 0]) ?? 0
      }
      tensors[place] = NamedTensor(name: tensor.name, shape: tensor.shape, elements: .float32(values))
    case (4, .uint64(var values)):
      if !values.isEmpty { values[mutator.integer(below: values.count)] = mutator.pick([0, .max, 1, 1 << 63]) ?? 0 }
      tensors[place] = NamedTensor(name: tensor.name, shape: tensor.shape, elements: .uint64(values))
    case (5, .float32(let values)):
      let fewer = Array(values.dropLast(1 + mutator.integer(below: 3)))
      tensors[place] = NamedTensor(name: tensor.name, shape: [fewer.count], elements: .float32(fewer))
    case (4, .uint8(var values)):
      mutator.changeBytes(&values)
      tensors[place] = NamedTensor(name: tensor.name, shape: [values.count], elements: .uint8(values))
    default:
      tensors[place] = NamedTensor(name: tensor.name, shape: [3], elements: .int32([1, 2, 3]))
    }
  }

  private static let words = [
    "dptrain-checkpoint-1", "\"dense\":{}", "\"summary\":{}", "\"finetune\":{\"round\":2}", "\"prune\":{\"round\":0}",
    "\"resnet18\"", "\"nan\"", "\"-inf\"", "7", "20",
  ]

  func read(_ input: [UInt8]) throws {
    file.replace(by: input)
    let checkpoint = try Checkpoint(path: file.path)
    let configuration = checkpoint.configuration
    try configuration.check()
    _ = checkpoint.reportText
    let network = try checkpoint.network(classes: 10)
    _ = Hash128(network)
    try ConfigurationParser.prepare(configuration) { stages, plan in
      try checkpoint.state.check(stages: stages, configuration: configuration, stepsPerEpoch: plan.stepsPerEpoch)
    }
  }
}

/// A checkpoint whose bytes a bad disk changed: it must be refused, or say exactly what the whole one says.
struct DamagedCheckpointParser: FuzzedParser {
  static let name = "damaged-checkpoint"

  let seeds: [[UInt8]]
  private let whole: Checkpoint
  private let file = MemoryFile()

  init() throws {
    let seed = try CheckpointFile().bytes
    seeds = [seed]
    file.replace(by: seed)
    whole = try Checkpoint(path: file.path)
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    guard let length = Safetensors.headerLength(input), mutator.chance(1, in: 2) else {
      return mutator.changeBytes(&input)
    }
    // The header is the smaller part, and the one that checksums of tensors do not cover.
    var header = Array(input[8..<8 + length])
    mutator.changeBytes(&header)
    input.replaceSubrange(8..<8 + length, with: header)
  }

  func read(_ input: [UInt8]) throws {
    file.replace(by: input)
    let found = try Checkpoint(path: file.path)
    guard found == whole else { fatalError("damage was taken for a checkpoint: \(found.state)") }
  }
}
