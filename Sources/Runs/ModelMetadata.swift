import Images
import Formats
import Foundation
import Networks

/// What a model file says of itself beside its weights.
public struct ModelMetadata: Sendable, Equatable {
  /// One name a class; nil where the file names none.
  public var classNames: [String]?
  /// What the images were normalised by that the model was trained on; nil where the file does not say.
  public var normalization: Normalization?

  public init(classNames: [String]? = nil, normalization: Normalization? = nil) {
    self.classNames = classNames
    self.normalization = normalization
  }

  /// Reads the metadata of a safetensors file.
  ///
  /// - Parameter classes: how many classes the model has.
  /// - Throws: `SafetensorsError` where the file is unsound, `ModelError` where the metadata do not fit the model.
  public init(path: String, classes: Int) throws {
    try self.init(try SafetensorsFile(path: path).metadata, path: path, classes: classes)
  }

  /// Reads what a file of any kind says of itself.
  ///
  /// - Parameters:
  ///   - strings: as ``strings`` makes them; others are passed over.
  ///   - path: what errors call the file.
  ///   - classes: how many classes the model has.
  /// - Throws: `ModelError` where they do not fit the model.
  public init(_ strings: [String: String], path: String, classes: Int) throws(ModelError) {
    func refuse(_ key: String, _ expected: String) -> ModelError {
      ModelError(description: "\(path): the metadata '\(key)' is '\(strings[key] ?? "")', expected \(expected)")
    }
    if let text = strings["classes"] {
      classNames = Self.names(text)
      guard classNames?.count == classes else { throw refuse("classes", "the names of the model's \(classes) classes") }
    }
    guard strings["mean"] != nil || strings["std"] != nil else { return }
    guard let mean = Self.colour(strings["mean"]) else { throw refuse("mean", "three numbers, of red, green and blue") }
    guard let deviation = Self.colour(strings["std"]), deviation.min() > 0 else {
      throw refuse("std", "three numbers above 0, of red, green and blue")
    }
    normalization = Normalization(mean: mean, standardDeviation: deviation)
  }

  /// The metadata of a file: `classes`, joined by commas, or as a JSON array where a name has a comma; `mean` and `std`, three
  /// numbers each for pixels from 0 to 1.
  public var strings: [String: String] {
    var result: [String: String] = [:]
    if let classNames { result["classes"] = Self.text(classNames) }
    if let normalization {
      result["mean"] = Self.text(normalization.mean)
      result["std"] = Self.text(normalization.standardDeviation)
    }
    return result
  }

  private static func text(_ names: [String]) -> String {
    let isPlain = names.allSatisfy { !$0.contains(",") } && names.first?.hasPrefix("[") != true
    guard !isPlain, let json = try? JSONEncoder().encode(names) else { return names.joined(separator: ",") }
    return String(decoding: json, as: UTF8.self)
  }

  private static func names(_ text: String) -> [String]? {
    text.hasPrefix("[")
      ? try? JSONDecoder().decode([String].self, from: Data(text.utf8))
      : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private static func text(_ colour: SIMD3<Float>) -> String { "\(colour.x),\(colour.y),\(colour.z)" }

  private static func colour(_ text: String?) -> SIMD3<Float>? {
    let numbers = (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard numbers.count == 3, numbers.allSatisfy({ $0?.isFinite == true }) else { return nil }
    return SIMD3(numbers.compactMap { $0 })
  }
}

extension Network {
  /// Writes the state dictionary, with the architecture and what the model's users must know as metadata.
  ///
  /// - Parameter normalization: what the images were normalised by that the model was trained on.
  public func save(to path: String, classNames: [String], normalization: Normalization = .imageNet) throws {
    let own = ["format": "pt", "architecture": architecture.name, "image_size": "\(Architecture.imageSize)"]
    let metadata = ModelMetadata(classNames: classNames, normalization: normalization)
    try SafetensorsFile.write(
      stateDictionary, metadata: own.merging(metadata.strings) { first, _ in first }, to: path)
  }
}
