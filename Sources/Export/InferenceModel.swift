import Formats
import Inference
import Networks

/// A model for inference, from a file of any kind that dptrain reads.
public struct InferenceModel: Sendable {
  public enum Origin: Sendable {
    /// A safetensors file: what removing dead channels took from the folded network, if they were removed.
    case stateDictionary(RemovalReport?)
    /// A packed file with such values.
    case packed(PackedModel.Values)
  }

  public let architecture: Architecture
  /// Without dead channels, unless they were to be kept.
  public let network: FoldedNetwork
  public let origin: Origin
  /// What the file says of itself besides its architecture.
  public let metadata: [String: String]
  /// The file's length in bytes.
  public let size: Int
  /// The parameters of the network before anything was folded or left out.
  public let parameterCount: Int

  /// - Parameters:
  ///   - classes: the classes that the model must have; nil for any number.
  ///   - keepingDeadChannels: whether to keep channels that tell nothing of the image or that nobody reads, where the file has
  ///     them.
  /// - Throws: `FileError`, `PackedModelError`, `SafetensorsError`, `UnknownArchitectureError` or `ModelError` where the file
  ///   holds no such model, `FoldingError` where its network has a layer that inference has nothing for.
  public init(path: String, classes: Int? = nil, keepingDeadChannels: Bool = false) throws {
    switch try ModelFormat(path: path) {
    case .packed:
      let packed = try PackedModel(path: path)
      try ModelError.require(classes: classes, found: packed.network.classes, path: path)
      architecture = packed.architecture
      network = packed.network
      origin = .packed(packed.values)
      metadata = packed.metadata
    case .safetensors:
      let trained = try Network(path: path, classes: classes)
      let folded = try FoldedNetwork(trained)
      architecture = trained.architecture
      let own = ["format", "architecture", "image_size"]
      metadata = try SafetensorsFile(path: path).metadata.filter { !own.contains($0.key) }
      if keepingDeadChannels {
        network = folded
        origin = .stateDictionary(nil)
      } else {
        let (smaller, report) = folded.removingDeadChannels()
        network = smaller
        origin = .stateDictionary(report)
      }
    }
    size = try MappedFile(path: path).size
    let graph = architecture.graph(classes: network.classes)
    parameterCount = ParameterLayout(graph).parameterCount
  }
}
