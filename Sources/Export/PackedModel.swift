import Formats
import Inference
import Networks

/// A folded network in a file that holds survivors only: values narrowed on request, positions as Rice codes of the gaps
/// between them, everything under a checksum. `docs/packed-format.md` describes every byte.
///
/// It is for inference. Batch normalization is part of the weights, dead channels are gone: there is no way back to training.
public struct PackedModel: Sendable, Equatable {
  /// How surviving weights are kept. Biases are 32-bit numbers always.
  public enum Values: String, CaseIterable, Sendable {
    /// IEEE single precision: nothing is lost.
    case fp32
    /// IEEE half precision, to nearest.
    case fp16
    /// Integers from -127 to 127 times one factor an output channel, to nearest.
    case int8

    /// The number that stands for it in a file.
    var code: UInt32 {
      switch self {
      case .fp32: 0
      case .fp16: 1
      case .int8: 2
      }
    }
  }

  public let architecture: Architecture
  public let values: Values
  /// Usually without dead channels.
  public let network: FoldedNetwork
  /// What the file says of itself, as a safetensors file does.
  public let metadata: [String: String]
  /// For each value of the whole network, for each channel, whether ``network`` has it.
  let keptChannels: [[Bool]]
}

extension PackedModel {
  /// Narrows a network's weights and takes their rounded values over; those that round to zero go.
  ///
  /// - Parameter network: one that `architecture` folds to, all of its channels or some.
  /// - Throws: `PackedModelError` where a weight is not finite, or larger than `values` can say, or the network is not the
  ///   architecture's.
  public init(
    _ network: FoldedNetwork, _ architecture: Architecture, values: Values, metadata: [String: String] = [:]
  ) throws(PackedModelError) {
    var failure: PackedModelError.Problem?
    let name = architecture.name
    guard name.utf8.count <= PackedLayout.nameSize,
      let whole = try? FoldedNetwork(emptyOf: architecture.graph(classes: network.classes)),
      let keptChannels = network.keptChannels(of: whole)
    else { throw PackedModelError(path: nil, .anotherArchitecture(name)) }
    self.keptChannels = keptChannels
    self.architecture = architecture
    self.values = values
    self.metadata = metadata
    self.network = network.filled { layer in
      do throws(PackedModelError.Problem) {
        return (try PackedWeights(layer, values).survivors, layer.bias)
      } catch {
        failure = failure ?? error
        return (layer.weights, layer.bias)
      }
    }
    if let failure { throw PackedModelError(path: nil, failure) }
  }

  /// Opens the file at `path` by mapping it into memory.
  ///
  /// - Throws: `PackedModelError` where it cannot be read, or is not what it must be to its last bit.
  public init(path: String) throws(PackedModelError) {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw PackedModelError(path: path, .file(error))
    }
    self = try file.withBytes { bytes throws(PackedModelError) in
      var reader = PackedReader(bytes, path: path)
      return try reader.model()
    }
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// - Returns: its length in bytes.
  public func write(to path: String) throws(FileError) -> Int {
    let bytes = self.bytes
    try AtomicFile.write(bytes, to: path)
    return bytes.count
  }

  /// The contents of the file.
  public var bytes: [UInt8] { PackedWriter(self).bytes }
}

/// What the file's layout is made of.
package enum PackedLayout {
  static let version: UInt32 = 1
  /// Up to the metadata.
  static let headSize = 48
  static let nameSize = 16
  static let checksumSize = 16
}
