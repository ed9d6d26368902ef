import Kernels

/// A network that runs one image at a time. The lanes are pixels of that image, or channels where it has few pixels.
final class PixelProgram {
  private let buffers: [AlignedBuffer]
  /// What is computed in turn, and from what; `nil` for the image.
  private let steps: [(x: UnsafePointer<Float>?, step: PixelStep)]
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
      let (from, isImage) = (network.values[node.input], node.input == 0)
      let step = node.operation.pixelStep(
        PixelWorkspace(
          channels: from.channels, input: rows[node.input],
          inputStride: isImage ? from.pixels : rows[node.input].channelStride, output: rows[node.output],
          y: pointer(node.output), residual: node.layer?.residual.map { UnsafePointer(pointer($0.value)) }))
      return (isImage ? nil : UnsafePointer(pointer(node.input)), step)
    }
    self.buffers = buffers
    let last = network.values.count - 1
    logits = pointer(last)
    classes = network.classes
    logitStride = rows[last].channelStride
  }

  /// - Parameters:
  ///   - image: `[channel][pixel]`.
  ///   - result: receives `[class]`.
  func run(image: UnsafePointer<Float>, logits result: UnsafeMutablePointer<Float>) {
    for (x, step) in steps { step(x ?? image) }
    for index in 0..<classes { result[index] = logits[index &* logitStride] }
  }
}
