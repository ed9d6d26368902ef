import Foundation

/// What `dataset.json` says of a data set of one's own. It lies beside record files and `batches.meta.txt`, the names of the classes.
public struct DatasetDescription: Sendable, Equatable, Codable {
  /// A file of records.
  public struct RecordFile: Sendable, Equatable, Codable {
    /// Its name in the same directory.
    public let file: String
    /// How many records it holds.
    public let images: Int

    public init(file: String, images: Int) {
      self.file = file
      self.images = images
    }
  }

  public static let fileName = "dataset.json"
  static let format = "dptrain data set"
  static let version = 1

  /// What the data set is called.
  public let name: String
  /// Bytes of a record before its pixels: 1, or 2 for more than 256 classes.
  public let labelBytes: Int
  public let training: [RecordFile]
  public let test: [RecordFile]
  /// Of the training images' pixels from 0 to 1: red, green, blue.
  public let mean: [Float]
  public let standardDeviation: [Float]
  private let format: String
  private let version: Int

  private enum CodingKeys: String, CodingKey {
    case format, version, name, training, test, mean
    case labelBytes = "label_bytes"
    case standardDeviation = "standard_deviation"
  }

  public init(
    name: String, layout: RecordLayout, training: [RecordFile], test: [RecordFile], normalization: Normalization
  ) {
    format = Self.format
    version = Self.version
    self.name = name
    labelBytes = layout.prefix
    self.training = training
    self.test = test
    mean = (0..<3).map { normalization.mean[$0] }
    standardDeviation = (0..<3).map { normalization.standardDeviation[$0] }
  }

  /// Reads a description.
  ///
  /// - Parameter path: what errors call the file.
  /// - Throws: `CIFARError.description` where it is none, or says what cannot be.
  public init(json: [UInt8], path: String) throws(CIFARError) {
    do {
      self = try JSONDecoder().decode(DatasetDescription.self, from: Data(json))
    } catch let error as DecodingError {
      throw .description(path, reason: Self.reason(error))
    } catch {
      throw .description(path, reason: "it is no JSON")
    }
    if let reason = fault { throw .description(path, reason: reason) }
  }

  /// As JSON, for a file.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  public var normalization: Normalization {
    Normalization(
      mean: SIMD3(mean[0], mean[1], mean[2]),
      standardDeviation: SIMD3(standardDeviation[0], standardDeviation[1], standardDeviation[2]))
  }

  var layout: RecordLayout { labelBytes == 1 ? .oneByte : .twoBytes }

  /// What cannot be, nil where all can.
  private var fault: String? {
    if format != Self.format { return "its format is '\(format)', expected '\(Self.format)'" }
    if version != Self.version { return "its version is \(version), this program reads version \(Self.version)" }
    if labelBytes != 1 && labelBytes != 2 { return "label_bytes is \(labelBytes), expected 1 or 2" }
    if training.isEmpty || test.isEmpty { return "it names no files for training, or none for test" }
    for file in training + test {
      let isPlain = !file.file.isEmpty && !file.file.hasPrefix(".") && !file.file.contains("/")
      if !isPlain { return "'\(file.file)' is no name of a file beside it" }
      if file.images < 1 { return "\(file.file) is said to hold \(file.images) images" }
    }
    if mean.count != 3 || !mean.allSatisfy(\.isFinite) { return "mean is not three numbers" }
    if standardDeviation.count != 3 || !standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 }) {
      return "standard_deviation is not three numbers above 0"
    }
    return nil
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    return switch error {
    case .keyNotFound(let key, let context): "'\(place(context.codingPath + [key]))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(place(context.codingPath))' is of another type than expected"
    default: "it is no JSON, or its numbers are too large"
    }
  }
}
