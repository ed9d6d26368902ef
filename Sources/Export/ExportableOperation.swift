import Inference

/// An operation that files of other programs can hold.
protocol ExportableOperation: FoldedOperation {
  /// Appends its nodes of ONNX.
  func addNodes(to graph: inout ONNXGraph, _ node: FoldedNetwork.Node)
  /// Appends its call in C, and the tables and functions that it needs.
  func addCalls(to plan: inout CPlan, _ node: FoldedNetwork.Node)
}

/// An operation that a format has nothing for.
public struct ExportError: Error, Equatable, CustomStringConvertible {
  public let layer: String
  public let format: String

  public init(layer: String, format: String) {
    self.layer = layer
    self.format = format
  }

  public var description: String { "\(layer) cannot be exported as \(format): there is no operation for it" }
}

extension FoldedNetwork.Node {
  /// - Throws: `ExportError` where the format has nothing for the operation.
  func exportable(as format: String) throws(ExportError) -> any ExportableOperation {
    guard let operation = operation as? any ExportableOperation else {
      throw ExportError(layer: operation.name, format: format)
    }
    return operation
  }
}
