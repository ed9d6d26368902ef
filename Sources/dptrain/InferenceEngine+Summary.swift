import Inference
import Reporting

extension InferenceEngine {
  /// What was folded and removed, and what is sparse, in one line.
  func summary(_ report: RemovalReport) -> String {
    let removed =
      report.removedChannels == 0
      ? "no channel removed"
      : """
      \(report.removedChannels.grouped) of \(report.channels.grouped) channels removed \
      (\(report.constantChannels.grouped) constant, \(report.unreadChannels.grouped) unread)
      """
    let kernels =
      sparseLayerCount == 0 ? "all layers dense" : "\(sparseLayerCount) of \(network.layers.count) layers sparse"
    return """
      inference: batch normalization folded, \(removed), \(network.survivorCount.grouped) weights, \
      \(network.multiplyAdds.abbreviated) multiply-adds an image, \(kernels)
      """
  }
}
