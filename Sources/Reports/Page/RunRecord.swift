import Foundation
import Runs

/// What `report.json` holds: all that a report needs and `config.json` and `metrics.jsonl` do not say, so that no data set is
/// needed to make it again. docs/report.md describes the file.
public struct RunRecord: Sendable, Equatable, Codable {
  /// The format that this program writes and reads.
  public static let format = "dptrain-report-1"

  public var format = RunRecord.format
  /// The program's.
  public var version: String
  public var data: DataFacts
  /// The processes that have worked at the run, the first one in front.
  public var sessions: [Session]
  public var state = State.running
  /// When this was written.
  public var updated: Date?
  /// The wall-clock seconds of the run by then, over all processes that have worked at it.
  public var seconds = 0.0
  /// The moments at which the network was looked at, in their order.
  public var stages: [Stage] = []
  /// The classes that the network before its first pruning predicts for the test images, a byte each.
  public var densePredictions: Data?
  /// What pruning changed in the predictions.
  public var changes: PredictionChanges?
  public var speed: InferenceSpeed?
  /// The bytes of `pruned.safetensors` as a packed file of 32-bit numbers; nil before the end, and where nothing is pruned.
  public var packedBytes: Int?

  public init(version: String, data: DataFacts, session: Session) {
    self.version = version
    self.data = data
    sessions = [session]
  }

  /// Where the run stands, as far as its process could say.
  public enum State: String, Sendable, Codable {
    case running
    /// It is to be resumed.
    case stopped
    case finished
  }

  /// The images.
  public struct DataFacts: Sendable, Equatable, Codable {
    public var description: String
    public var isSynthetic: Bool
    public var classNames: [String]

    public init(description: String, isSynthetic: Bool, classNames: [String]) {
      (self.description, self.isSynthetic, self.classNames) = (description, isSynthetic, classNames)
    }
  }

  /// A process of one or more ranks that works at the run until its end, or until it is stopped.
  public struct Session: Sendable, Equatable, Codable {
    public var began: Date
    /// The command line, with the launcher, as one can give it to a shell.
    public var command: String
    public var ranks: Int
    /// Their names.
    public var hosts: [String]
    /// What rank 0's CPU calls itself.
    public var processor: String
    /// The optimizer steps that were done when it began.
    public var firstStep: Int

    public init(
      began: Date, command: String, ranks: Int, hosts: [String], processor: String, firstStep: Int = 0
    ) {
      self.began = began
      self.command = command
      self.ranks = ranks
      self.hosts = hosts
      self.processor = processor
      self.firstStep = firstStep
    }
  }

  /// The stage of that kind that comes last.
  public func last(_ kind: Stage.Kind) -> Stage? { stages.last { $0.kind == kind } }

  /// The trained network before anything was pruned; nil where there was none, as with gradual pruning.
  public var dense: Stage? { stages.first { $0.kind == .dense } }

  /// The network before its first pruning, trained to the end or not.
  public var unpruned: Stage? { stages.first { $0.kind == .dense || $0.kind == .unpruned } }

  /// The network at the end.
  public var final: Stage? { stages.last }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    // A loss may be none.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  /// The contents of `report.json`.
  public func json() throws -> [UInt8] { Array(try Self.encoder.encode(self)) + Array("\n".utf8) }

  /// - Throws: `DecodingError` where the bytes are no record of this format, another error where no run can have come to its
  ///   figures.
  public init(json: some Sequence<UInt8>) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let bytes = Data(json)
    let found = try decoder.decode(Format.self, from: bytes).format
    guard found == Self.format else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "its format is \(found), expected \(Self.format)"))
    }
    self = try decoder.decode(RunRecord.self, from: bytes)
    try check()
  }

  private struct Format: Codable {
    let format: String
  }
}
