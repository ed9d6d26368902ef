import Formats

/// A safetensors file of any tensors: its header, then every tensor in every type that one may ask for.
struct SafetensorsParser: FuzzedParser {
  static let name = "safetensors"

  private let file = MemoryFile()

  private static let tensors = TensorType.allCases.map {
    Safetensors.Tensor(name: $0.rawValue, type: $0.rawValue, shape: [2, 1])
  }

  var seeds: [[UInt8]] {
    let texts = [
      "{}", "{\"__metadata__\":{\"format\":\"pt\",\"\\u00e9\\ud83d\\ude00\":\"\\n\"}}   ", "{\"__metadata__\":null}",
    ]
    return texts.map { Safetensors.file(header: Array($0.utf8), data: []) } + Self.tensors.map { Self.file([$0]) }
      + [Self.file(Self.tensors)]
  }

  private static func file(_ tensors: [Safetensors.Tensor]) -> [UInt8] {
    let (header, size) = Safetensors.header(tensors)
    // What the header claims beyond a small file is not there.
    return Safetensors.file(
      header: header, data: (0..<min(max(size, 0), 4_096)).map { UInt8(truncatingIfNeeded: 37 * $0) })
  }

  func start(_ mutator: inout Mutator) -> [UInt8] {
    guard mutator.chance(1, in: 2) else { return mutator.pick(seeds) ?? [] }
    var tensors = (0..<mutator.integer(below: 5)).compactMap { _ in mutator.pick(Self.tensors) }
    while mutator.chance(2, in: 3) { Safetensors.change(&tensors, &mutator) }
    return Self.file(tensors)
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    guard let length = Safetensors.headerLength(input), !mutator.chance(1, in: 8) else {
      return mutator.changeBytes(&input)
    }
    var header = Array(input[8..<8 + length])
    var data = Array(input[(8 + length)...])
    if mutator.chance(1, in: 8) {
      mutator.changeBytes(&data)
    } else {
      mutator.changeText(&header, words: Safetensors.words)
    }
    input = Safetensors.file(header: header, data: data)
  }

  func read(_ input: [UInt8]) throws {
    file.replace(by: input)
    let safetensors = try SafetensorsFile(path: file.path)
    _ = safetensors.metadata
    for name in safetensors.names {
      _ = try safetensors.shape(name)
      // What a type does not give as such a tensor is refused, tensor by tensor.
      _ = Result { try safetensors.floats(name) }
      _ = Result { try safetensors.integers(name) }
      _ = Result { try safetensors.tensor(name) }
    }
  }
}
