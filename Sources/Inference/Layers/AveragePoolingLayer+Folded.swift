import Kernels
import Networks

extension AveragePoolingLayer: FoldableLayer, FoldedOperation {
  public func constants(
    _ constants: ConstantChannels, _ node: FoldedNetwork.Node, in network: FoldedNetwork
  ) -> ConstantOutput {
    ConstantOutput(maps: constants.maps[node.input].map { $0.map { [$0.reduce(0, +) * (1 / Float($0.count))] } })
  }

  public func laneStep(_ workspace: LaneWorkspace) -> LaneStep {
    let pooling = AveragePooling(workspace.input)
    return { pooling.forward(x: workspace.x, y: workspace.y) }
  }

  public func pixelStep(_ workspace: PixelWorkspace) -> PixelStep {
    let pooling = PixelAveragePooling(channels: workspace.channels, workspace.input)
    return { x in pooling.forward(x: x, y: workspace.y) }
  }
}
