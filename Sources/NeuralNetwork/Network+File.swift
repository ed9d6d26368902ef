import Formats

extension Network {
  /// Loads a model: one of dptrain's own, or any safetensors file with torchvision's names.
  ///
  /// The architecture is read off the shapes, so that a file from PyTorch needs no metadata.
  ///
  /// - Parameter classes: the classes that the model must have; nil for any number.
  /// - Throws: `ModelError` where the file holds no such model, `SafetensorsError` where it is unsound.
  public convenience init(path: String, classes: Int? = nil) throws {
    let file = try SafetensorsFile(path: path)
    let architecture = try Self.architecture(of: file, path: path)
    let found = try file.shape("fc.weight").first ?? 0
    if let classes, classes != found {
      throw ModelError(
        description: "\(path): the model has \(found) classes, the data \(classes); they must be the same")
    }
    // A tensor without elements may claim any number of classes: memory is taken only for what the file's size proves.
    try file.require(shape: [max(found, 1), architecture.features], of: "fc.weight")
    self.init(architecture, classes: found)
    try load(file)
  }

  private static func architecture(of file: SafetensorsFile, path: String) throws -> Architecture {
    guard file.contains("conv1.weight"), file.contains("fc.weight") else {
      throw ModelError(
        description: "\(path): no ResNet with torchvision's names: it has no tensor conv1.weight or fc.weight")
    }
    let stem = try file.shape("conv1.weight")
    switch (stem.first, stem.last) {
    case (64, 7): return .resnet18
    case (64, 3): return .resnet18CIFAR
    case (16, 3): return .resnet8
    default:
      throw ModelError(
        description: """
          \(path): conv1.weight has shape \(stem); expected [64, 3, 7, 7] (resnet18), [64, 3, 3, 3] \
          (resnet18-cifar) or [16, 3, 3, 3] (resnet8)
          """)
    }
  }
}

/// A model file that is readable but not a model dptrain knows.
public struct ModelError: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}
