import Kernels
import Networks

extension MaxPoolingLayer: FoldableLayer, FoldedOperation {
  public func constants(
    _ constants: ConstantChannels, _ node: FoldedNetwork.Node, in network: FoldedNetwork
  ) -> ConstantOutput {
    let (from, to) = (network.values[node.input], network.values[node.output])
    return ConstantOutput(maps: constants.maps[node.input].map { $0.map { maximum($0, from, to) } })
  }

  private func maximum(_ map: [Float], _ from: FoldedNetwork.Value, _ to: FoldedNetwork.Value) -> [Float] {
    (0..<to.pixels).map { pixel in
      var largest = -Float.infinity
      for tap in 0..<kernel * kernel {
        let row = pixel / to.width * stride + tap / kernel - padding
        let column = pixel % to.width * stride + tap % kernel - padding
        guard row >= 0, row < from.height, column >= 0, column < from.width else { continue }
        largest = max(largest, map[row * from.width + column])
      }
      return largest
    }
  }

  public func laneStep(_ workspace: LaneWorkspace) -> LaneStep {
    let pooling = MaxPooling(workspace.input, kernel: kernel, stride: stride, padding: padding)
    return { pooling.forward(x: workspace.x, y: workspace.y) }
  }

  public func pixelStep(_ workspace: PixelWorkspace) -> PixelStep {
    let pooling = PixelMaxPooling(
      channels: workspace.channels, workspace.input, kernel: kernel, stride: stride, padding: padding)
    return { x in pooling.forward(x: x, y: workspace.y) }
  }
}
