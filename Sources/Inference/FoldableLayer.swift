import Networks

/// A layer that inference can do without or compute.
public protocol FoldableLayer: Layer {
  /// Appends what the layer becomes.
  ///
  /// - Throws: `FoldingError` where it cannot be folded at this place.
  func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError)
}

extension FoldableLayer where Self: FoldedOperation {
  /// A layer that is the same in inference.
  public func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError) {
    folding.append(self, node)
  }
}

/// A layer that cannot be part of a network for inference.
public struct FoldingError: Error, Equatable, CustomStringConvertible {
  public let layer: String
  public let reason: String

  public init(layer: String, _ reason: String) {
    self.layer = layer
    self.reason = reason
  }

  public var description: String { "\(layer) cannot be folded for inference: \(reason)" }
}
