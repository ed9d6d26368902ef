import Kernels

extension FoldedLayer {
  public func constants(
    _ constants: ConstantChannels, _ node: FoldedNetwork.Node, in network: FoldedNetwork
  ) -> ConstantOutput {
    let output = network.values[node.output]
    var sums = (0..<shape.outputChannels).map { o in (0..<output.pixels).map { Double(bias[o, $0]) } }
    var varies = [Bool](repeating: false, count: shape.outputChannels)
    let inputs = constants.maps[node.input]
    for (tap, positions) in weights.positions.enumerated() {
      for (position, weight) in zip(positions, weights.values[tap]) {
        let (o, i) = Int(position).quotientAndRemainder(dividingBy: shape.inputChannels)
        guard let map = inputs[i] else {
          varies[o] = true
          continue
        }
        guard map.contains(where: { $0 != 0 }) else { continue }
        for pixel in 0..<output.pixels {
          let row = pixel / output.width * shape.stride + tap / shape.kernel - shape.padding
          let column = pixel % output.width * shape.stride + tap % shape.kernel - shape.padding
          guard row >= 0, row < shape.inputHeight, column >= 0, column < shape.inputWidth else { continue }
          sums[o][pixel] += Double(weight) * Double(map[row * shape.inputWidth + column])
        }
      }
    }
    if let residual {
      for (o, channel) in residual.channels.enumerated() where channel >= 0 {
        if let map = constants.maps[residual.value][Int(channel)] {
          for pixel in map.indices { sums[o][pixel] += Double(map[pixel]) }
        } else {
          varies[o] = true
        }
      }
    }
    let constant = sums.map { $0.map { Float($0) } }
    return ConstantOutput(
      maps: constant.indices.map { o in
        varies[o] ? nil : rectifies ? constant[o].map { $0 < 0 ? 0 : $0 } : constant[o]
      },
      biases: constant)
  }

  public func laneStep(_ workspace: LaneWorkspace) -> LaneStep {
    let layer = LaneLayer(
      self, workspace.weights ?? LaneWeights(self), lanes: workspace.lanes,
      residualChannelCount: workspace.residual?.channels ?? 0)
    return { layer.forward(x: workspace.x, residual: workspace.residual?.pointer, y: workspace.y) }
  }

  public func pixelStep(_ workspace: PixelWorkspace) -> PixelStep {
    let epilogue = PixelEpilogue(
      workspace.output, bias: bias.values, biasPixels: bias.pixels, residualChannels: residual?.channels,
      rectifies: rectifies)
    let (residual, y) = (workspace.residual, workspace.y)
    let (positions, values) = (weights.positions, weights.values)
    if ChannelConvolution.isPreferred(shape, survivors: weights.count) {
      let convolution = ChannelConvolution(shape, positions: positions, values: values, epilogue: epilogue)
      return { x in convolution.forward(x: x, stride: workspace.inputStride, residual: residual, y: y) }
    }
    let convolution = PixelConvolution(shape, positions: positions, values: values, epilogue: epilogue)
    return { x in convolution.forward(x: x, stride: workspace.inputStride, residual: residual, y: y) }
  }
}
