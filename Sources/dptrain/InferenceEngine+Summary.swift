import Export
import Inference
import Reports
import Text

extension InferenceEngine {
  /// What was folded and removed, and what is sparse, in one line.
  func summary(_ origin: InferenceModel.Origin) -> String {
    let removed =
      switch origin {
      case .packed: "no dead channel kept"
      case .stateDictionary(let report?) where report.removedChannels > 0:
        """
        \(report.removedChannels.grouped) of \(report.channels.grouped) channels removed \
        (\(report.constantChannels.grouped) constant, \(report.unreadChannels.grouped) unread)
        """
      case .stateDictionary: "no channel removed"
      }
    let kernels =
      sparseLayerCount == 0 ? "all layers dense" : "\(sparseLayerCount) of \(network.layers.count) layers sparse"
    return """
      inference: batch normalization folded, \(removed), \(network.survivorCount.grouped) weights, \
      \(network.multiplyAdds.abbreviated) multiply-adds an image, \(kernels)
      """
  }
}

extension InferenceModel {
  /// What the file holds, and for a packed one how small it is.
  var summary: String {
    switch origin {
    case .stateDictionary: "\(architecture.rawValue), \(parameterCount.grouped) parameters"
    case .packed(let values): "\(architecture.rawValue), packed with \(values.rawValue) values: \(sizes)"
    }
  }

  /// The file's size beside that of all the network's parameters in 32 bits.
  var sizes: String {
    let dense = 4 * parameterCount
    return "\(size.grouped) bytes, \(size.percent(of: dense)) of the dense \(dense.bytes)"
  }
}
