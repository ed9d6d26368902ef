import Formats
import Networks

/// A model's file: the names and shapes of a resnet8, with zeros for data.
///
/// The input is the number of zeros, in four bytes, then the text of the header.
struct ModelParser: FuzzedParser {
  static let name = "model"

  private let models: [[Safetensors.Tensor]] = [2, 10].map { classes in
    Network(.resnet8, classes: classes).stateDictionary.map {
      Safetensors.Tensor(name: $0.name, type: $0.elements.type.rawValue, shape: $0.shape)
    }
  }
  private let file = MemoryFile()

  var seeds: [[UInt8]] { models.map(Self.input) }

  private static func input(_ tensors: [Safetensors.Tensor]) -> [UInt8] {
    let (header, size) = Safetensors.header(tensors)
    return (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + header
  }

  func start(_ mutator: inout Mutator) -> [UInt8] {
    var tensors = mutator.pick(models) ?? []
    while mutator.chance(1, in: 2) { Safetensors.change(&tensors, &mutator) }
    return Self.input(tensors)
  }

  private static let words = Safetensors.words + ["[0,64]", "[0]", "[]", "[10,64]", "[64,3,7,7]", "\"fc.weight\""]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    guard input.count > 4, !mutator.chance(1, in: 16) else { return mutator.changeBytes(&input) }
    var header = Array(input[4...])
    mutator.changeText(&header, words: Self.words)
    input.replaceSubrange(4..., with: header)
  }

  func read(_ input: [UInt8]) throws {
    let zeros = input.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    // 16 MiB are more than any resnet8 takes, and soon read.
    file.replace(by: Safetensors.file(header: Array(input.dropFirst(4)), data: []), zeros: zeros % (16 << 20))
    _ = try Network(path: file.path)
  }
}
