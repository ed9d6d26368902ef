import Formats
import Foundation
import Inference
import SwiftProtobuf

/// A folded network in ONNX's format, for ONNX Runtime and all else that reads it.
///
/// Input `images`, `[batch, 3, 32, 32]` of 32-bit floats, normalised; output `logits`, `[batch, classes]`. The batch may have any
/// size. Weights are written out with their zeros, as ONNX's operators take them.
public struct ONNXModel: Sendable {
  /// Of ONNX 1.8; whatever is newer reads it too.
  static let operatorSet: Int64 = 13
  static let format: Int64 = 7

  /// The contents of the file.
  public let bytes: Data

  /// - Parameters:
  ///   - network: of operations that ONNX has; `ExportError` names another.
  ///   - description: what the file says that it is.
  ///   - version: the program's.
  ///   - metadata: what else the file says of itself, by name.
  public init(
    _ network: FoldedNetwork, description: String, version: String, metadata: [(key: String, value: String)]
  ) throws {
    var builder = ONNXGraph(network)
    for node in network.nodes { try node.exportable(as: "ONNX").addNodes(to: &builder, node) }
    var model = ONNXModelProto()
    model.irVersion = Self.format
    model.producerName = "dptrain"
    model.producerVersion = version
    model.docString = description
    model.opsetImport = [
      .with {
        $0.domain = ""; $0.version = Self.operatorSet
      }
    ]
    model.graph = builder.graph
    model.metadataProps = metadata.map { entry in
      .with {
        $0.key = entry.key; $0.value = entry.value
      }
    }
    bytes = try model.serializedData()
  }

  /// Writes the file, which appears whole or not at all.
  public func write(to path: String) throws(FileError) { try AtomicFile.write(Array(bytes), to: path) }
}
