import Kernels
import Networks

extension AveragePoolingLayer: FoldableLayer {
  public func fold(_ node: NetworkGraph.Node, into folding: inout Folding) throws(FoldingError) {
    folding.append(FoldedAveragePooling(name: name), node)
  }
}

/// The average of all pixels of each channel.
public struct FoldedAveragePooling: FoldedOperation {
  public let name: String

  public init(name: String) { self.name = name }

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
