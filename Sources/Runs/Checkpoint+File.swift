import Training
import Formats
import Foundation
import Pruning

extension Checkpoint {
  static let format = "dptrain-checkpoint-1"
  /// What stands in the metadata, with a checksum each.
  private static let texts = ["configuration", "elements", "format", "state"]

  /// What of a checkpoint is text: its state, and the optimizer's numbers, which once were those of dead taps alone.
  private struct Scalars: Codable {
    let run: RunState
    let dead: [String: Double]?
  }

  /// Writes the checkpoint to one safetensors file, which appears whole or not at all. Its metadata hold the settings and the
  /// state as JSON, and the XXH3 hash (128 bits) of these and of each tensor.
  ///
  /// - Throws: `SafetensorsError` where the file cannot be written.
  package func write(to path: String) throws {
    var tensors = floats.map { name, values in
      NamedTensor(name: name, shape: [values.count], elements: .float32(values))
    }
    let texts = [("metrics", metrics), ("report", report)] + (record.isEmpty ? [] : [("record", record)])
    tensors += texts.map { NamedTensor(name: $0, shape: [$1.count], elements: .uint8($1)) }
    if let survivors {
      let words = survivors.words
      tensors.append(NamedTensor(name: "survivors", shape: [words.count], elements: .uint64(words)))
    }
    let (configuration, state) = try self.texts()
    var metadata = [
      "format": Self.format, "configuration": configuration, "state": state,
      "elements": String(survivors?.count ?? arena.count),
    ]
    for (name, value) in metadata { metadata["checksum.\(name)"] = "\(Self.checksum(Array(value.utf8)))" }
    for tensor in tensors { metadata["checksum.\(tensor.name)"] = "\(Self.checksum(tensor.elements))" }
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }

  /// The settings and the state as JSON. Numbers come back with the same bits.
  func texts() throws -> (configuration: String, state: String) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = Self.infinities
    func text(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    return (try text(configuration), try text(Scalars(run: state, dead: optimizer?.scalars)))
  }

  /// A checkpoint of texts as ``texts()`` gives them.
  ///
  /// - Parameter floats: gives the elements of a tensor; nil where there is none of that name.
  init(
    configuration: String, state: String, survivors: Mask?, metrics: [UInt8], report: [UInt8], record: [UInt8] = [],
    floats: (String) throws -> [Float]?
  ) throws {
    let scalars = try Self.decoder.decode(Scalars.self, from: Data(state.utf8))
    let settings = try RunConfiguration(json: configuration)
    guard let arena = try floats("arena") else { throw Problem.contents("it has no tensor arena") }
    var optimizer = scalars.dead.map { OptimizerState(slices: [:], scalars: $0) }
    for name in settings.method.optimizer.slices where optimizer != nil {
      optimizer?.slices[name] = try floats(name)
      optimizer?.dead[name] = try floats("dead_\(name)")
    }
    optimizer?.average = try floats("average")
    self.init(
      configuration: settings, state: scalars.run, survivors: survivors, arena: arena, optimizer: optimizer,
      metrics: metrics, report: report, record: record)
  }

  /// Reads a checkpoint, and proves that every byte of it is as it was written.
  package init(path: String) throws(CheckpointError) {
    do {
      self = try Self.read(SafetensorsFile(path: path))
    } catch let problem as Problem {
      throw CheckpointError(path, problem)
    } catch let error as DecodingError {
      throw CheckpointError(path, .contents("its state cannot be understood: \(error)"))
    } catch {
      throw CheckpointError(path, .file(String(describing: error)))
    }
  }

  /// The state of a checkpoint alone, from the head of its file.
  package static func state(path: String) throws -> RunState {
    let file = try SafetensorsFile(path: path)
    return try scalars(file).run
  }

  private typealias Problem = CheckpointError.Problem

  private static func read(_ file: SafetensorsFile) throws -> Checkpoint {
    guard file.metadata["format"] == format else { throw Problem.format(found: file.metadata["format"]) }
    // A tensor that a checkpoint may lack must not seem to be lacking because a byte of its name changed.
    let parts = Set(file.names).union(texts)
    let sealed = Set(file.metadata.keys.compactMap { $0.hasPrefix("checksum.") ? String($0.dropFirst(9)) : nil })
    guard parts == sealed else {
      let others = parts.symmetricDifference(sealed).sorted().joined(separator: ", ")
      throw Problem.contents("its parts are not those that were written: \(others)")
    }
    let (configuration, state) = (try text(file, "configuration"), try text(file, "state"))
    func tensor(_ name: String) throws -> NamedTensor.Elements? {
      guard file.contains(name) else { return nil }
      let elements = try file.tensor(name).elements
      try check(checksum(elements), file, name)
      return elements
    }
    func floats(_ name: String) throws -> [Float]? {
      guard let tensor = try tensor(name) else { return nil }
      guard case .float32(let values) = tensor else { throw Problem.contents("tensor \(name) is not F32") }
      return values
    }
    func bytes(_ name: String) throws -> [UInt8] {
      guard case .uint8(let values) = try tensor(name) else { throw Problem.contents("it has no tensor \(name) of U8") }
      return values
    }
    var survivors: Mask?
    if let tensor = try tensor("survivors") {
      guard case .uint64(let words) = tensor, let count = Int(try text(file, "elements")),
        let mask = Mask(count: count, words: words)
      else { throw Problem.contents("tensor survivors is no mask of the announced number of elements") }
      survivors = mask
    }
    return try Checkpoint(
      configuration: configuration, state: state, survivors: survivors, metrics: try bytes("metrics"),
      report: try bytes("report"), record: file.contains("record") ? try bytes("record") : [], floats: floats)
  }

  private static func scalars(_ file: SafetensorsFile) throws -> Scalars {
    return try decoder.decode(Scalars.self, from: Data(try text(file, "state").utf8))
  }

  private static func text(_ file: SafetensorsFile, _ name: String) throws -> String {
    guard let text = file.metadata[name] else { throw Problem.contents("its metadata lack \(name)") }
    try check(checksum(Array(text.utf8)), file, name)
    return text
  }

  private static func check(_ found: Hash128, _ file: SafetensorsFile, _ name: String) throws {
    let expected = file.metadata["checksum.\(name)"]
    guard expected == "\(found)" else { throw Problem.checksum(of: name, found: "\(found)", expected: expected) }
  }

  private static func checksum(_ elements: NamedTensor.Elements) -> Hash128 {
    switch elements {
    case .float32(let values): checksum(values)
    case .float64(let values): checksum(values)
    case .int32(let values): checksum(values)
    case .int64(let values): checksum(values)
    case .uint64(let values): checksum(values)
    case .uint8(let values): checksum(values)
    case .bool(let values): checksum(values.map { $0 ? 1 : 0 } as [UInt8])
    }
  }

  private static func checksum<Element: BitwiseCopyable>(_ values: [Element]) -> Hash128 {
    values.withUnsafeBytes { Hash128($0) }
  }

  private static let infinities = JSONEncoder.NonConformingFloatEncodingStrategy.convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
