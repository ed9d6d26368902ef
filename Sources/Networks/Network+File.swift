import Formats

extension Network {
  /// Loads a model: one of dptrain's own, or any safetensors file with torchvision's names or pytorch-cifar's.
  ///
  /// The architecture is read off the shapes, so that a file from PyTorch needs no metadata.
  ///
  /// - Parameter classes: the classes that the model must have; nil for any number.
  /// - Throws: `ModelError` where the file holds no such model, `SafetensorsError` where it is unsound.
  public convenience init(path: String, classes: Int? = nil) throws {
    let file = StateFile(try Self.safetensors(path))
    let architecture = try Self.architecture(of: file, path: path)
    let found = try Self.classes(of: file, architecture)
    try ModelError.require(classes: classes, found: found, path: path)
    self.init(architecture, classes: found)
    try load(file)
  }

  /// A new network that begins with the weights of a file. Where the file's classes are other ones, the classifier is drawn
  /// anew.
  ///
  /// - Parameter seed: of what is drawn.
  /// - Returns: the network, and the file's number of classes where it is another.
  /// - Throws: as ``init(path:classes:)``.
  public static func starting(
    from path: String, classes: Int, seed: UInt64
  ) throws -> (network: Network, otherClasses: Int?) {
    let file = StateFile(try safetensors(path))
    let architecture = try architecture(of: file, path: path)
    let found = try Self.classes(of: file, architecture)
    let network = Network(architecture, classes: classes)
    network.initialize(seed: seed)
    let isOther = found != classes
    try network.load(file, except: isOther ? ["fc.weight", "fc.bias"] : [])
    return (network, isOther ? found : nil)
  }

  /// How many classes a file's network tells apart.
  private static func classes(of file: StateFile, _ architecture: Architecture) throws(SafetensorsError) -> Int {
    let found = try file.shape("fc.weight").first ?? 0
    // A tensor without elements may claim any number of classes: memory is taken only for what the file's size proves.
    try file.require(shape: [max(found, 1), architecture.features], of: "fc.weight")
    return found
  }

  /// Opens a file of weights.
  private static func safetensors(_ path: String) throws -> SafetensorsFile {
    if case .packed = try ModelFormat(path: path) {
      throw ModelError(
        description: """
          \(path): a packed model has no batch normalization and cannot be trained, pruned or exported as weights; take the \
          safetensors file that it was made from
          """)
    }
    return try SafetensorsFile(path: path)
  }

  private static func architecture(of file: StateFile, path: String) throws -> Architecture {
    guard file.contains("conv1.weight"), file.contains("fc.weight") else {
      throw ModelError(
        description: """
          \(path): no ResNet with torchvision's names: it has no tensor conv1.weight or fc.weight (nor linear.weight, as \
          pytorch-cifar calls it)
          """)
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

  /// Throws unless a model has the classes of the data, where that matters.
  package static func require(classes: Int?, found: Int, path: String) throws(ModelError) {
    guard let classes, classes != found else { return }
    throw ModelError(
      description: "\(path): the model has \(found) classes, the data \(classes); they must be the same")
  }
}
