import Kernels

/// A network that runs one image at a time. The lanes are pixels of that image, or channels where it has few pixels.
final class PixelProgram {
  private enum Kernel {
    case pixels(PixelConvolution)
    case channels(ChannelConvolution)
    case maxPooling(PixelMaxPooling)
    case averagePooling(PixelAveragePooling)
  }

  private struct Step {
    let kernel: Kernel
    /// `nil` for the image.
    let input: UnsafeMutablePointer<Float>?
    let inputStride: Int
    let residual: UnsafeMutablePointer<Float>?
    let output: UnsafeMutablePointer<Float>
  }

  private let buffers: [AlignedBuffer]
  private let steps: [Step]
  private let logits: UnsafeMutablePointer<Float>
  private let classes: Int
  private let logitStride: Int
  private let empty = AlignedBuffer(count: 0)

  init(_ network: FoldedNetwork) {
    let rows = network.values.map { PixelRows(height: $0.height, width: $0.width) }
    let plan = BufferPlan(network, floats: zip(network.values, rows).map { $0.channels * $1.channelStride })
    let buffers = plan.counts.map { AlignedBuffer(count: $0) }
    let empty = empty
    func pointer(_ value: FoldedNetwork.ValueIndex) -> UnsafeMutablePointer<Float> {
      plan.buffers[value].map { buffers[$0].pointer } ?? empty.pointer
    }
    steps = network.nodes.map { node in
      let from = network.values[node.input]
      let kernel: Kernel
      var residual: UnsafeMutablePointer<Float>?
      switch node.operation {
      case .convolution(let layer), .linear(let layer):
        kernel = Self.kernel(layer, rows[node.output])
        residual = layer.residual.map { pointer($0.value) }
      case .maxPooling(let size, let stride, let padding):
        kernel = .maxPooling(
          PixelMaxPooling(channels: from.channels, rows[node.input], kernel: size, stride: stride, padding: padding))
      case .averagePooling:
        kernel = .averagePooling(PixelAveragePooling(channels: from.channels, rows[node.input]))
      }
      return Step(
        kernel: kernel, input: node.input == 0 ? nil : pointer(node.input),
        inputStride: node.input == 0 ? from.pixels : rows[node.input].channelStride, residual: residual,
        output: pointer(node.output))
    }
    self.buffers = buffers
    let last = network.values.count - 1
    logits = pointer(last)
    classes = network.classes
    logitStride = rows[last].channelStride
  }

  private static func kernel(_ layer: FoldedLayer, _ output: PixelRows) -> Kernel {
    let epilogue = PixelEpilogue(
      output, bias: layer.bias.values, biasPixels: layer.bias.pixels, residualChannels: layer.residual?.channels,
      rectifies: layer.rectifies)
    let (positions, values) = (layer.weights.positions, layer.weights.values)
    return ChannelConvolution.isPreferred(layer.shape, survivors: layer.weights.count)
      ? .channels(ChannelConvolution(layer.shape, positions: positions, values: values, epilogue: epilogue))
      : .pixels(PixelConvolution(layer.shape, positions: positions, values: values, epilogue: epilogue))
  }

  /// - Parameters:
  ///   - image: `[channel][pixel]`.
  ///   - result: receives `[class]`.
  func run(image: UnsafePointer<Float>, logits result: UnsafeMutablePointer<Float>) {
    for step in steps {
      let x = step.input.map { UnsafePointer($0) } ?? image
      let residual = step.residual.map { UnsafePointer($0) }
      switch step.kernel {
      case .pixels(let convolution):
        convolution.forward(x: x, stride: step.inputStride, residual: residual, y: step.output)
      case .channels(let convolution):
        convolution.forward(x: x, stride: step.inputStride, residual: residual, y: step.output)
      case .maxPooling(let pooling): pooling.forward(x: x, y: step.output)
      case .averagePooling(let pooling): pooling.forward(x: x, y: step.output)
      }
    }
    for index in 0..<classes { result[index] = logits[index &* logitStride] }
  }
}
