import Kernels

/// A network that runs a fixed number of images at a time, one a lane.
final class LaneProgram {
  private enum Kernel {
    case layer(LaneLayer)
    case maxPooling(MaxPooling)
    case averagePooling(AveragePooling)
  }

  private struct Step {
    let kernel: Kernel
    let input: UnsafeMutablePointer<Float>
    let residual: UnsafeMutablePointer<Float>?
    let output: UnsafeMutablePointer<Float>
  }

  private let lanes: Int
  private let images: ImageLanes
  private let image: AlignedBuffer
  private let buffers: [AlignedBuffer]
  private let steps: [Step]
  private let logits: UnsafeMutablePointer<Float>
  private let classes: Int

  /// - Parameter weights: one for each convolution and linear layer of the network, in order.
  init(_ network: FoldedNetwork, weights: [LaneWeights], lanes: Int) {
    self.lanes = lanes
    let shapes = network.values.map { $0.shape(lanes: lanes) }
    let plan = BufferPlan(network, floats: shapes.map(\.count))
    let buffers = plan.counts.map { AlignedBuffer(count: $0) }
    let image = AlignedBuffer(count: shapes[0].count)
    func pointer(_ value: FoldedNetwork.ValueIndex) -> UnsafeMutablePointer<Float> {
      plan.buffers[value].map { buffers[$0].pointer } ?? image.pointer
    }
    var weights = weights[...]
    steps = network.nodes.map { node in
      let kernel: Kernel
      var residual: UnsafeMutablePointer<Float>?
      switch node.operation {
      case .convolution(let layer), .linear(let layer):
        let count = layer.residual.map { network.values[$0.value].channels } ?? 0
        kernel = .layer(LaneLayer(layer, weights.removeFirst(), lanes: lanes, residualChannelCount: count))
        residual = layer.residual.map { pointer($0.value) }
      case .maxPooling(let size, let stride, let padding):
        kernel = .maxPooling(MaxPooling(shapes[node.input], kernel: size, stride: stride, padding: padding))
      case .averagePooling: kernel = .averagePooling(AveragePooling(shapes[node.input]))
      }
      return Step(kernel: kernel, input: pointer(node.input), residual: residual, output: pointer(node.output))
    }
    self.buffers = buffers
    self.image = image
    images = ImageLanes(shapes[0])
    logits = pointer(network.values.count - 1)
    classes = network.classes
  }

  /// - Parameters:
  ///   - images: `[image][channel][pixel]`.
  ///   - count: how many, at most the lanes.
  ///   - result: receives `[image][class]`.
  func run(images: UnsafePointer<Float>, count: Int, logits result: UnsafeMutablePointer<Float>) {
    self.images.fill(images, count: count, into: image.pointer)
    for step in steps {
      switch step.kernel {
      case .layer(let layer):
        layer.forward(x: step.input, residual: step.residual.map { UnsafePointer($0) }, y: step.output)
      case .maxPooling(let pooling): pooling.forward(x: step.input, y: step.output)
      case .averagePooling(let pooling): pooling.forward(x: step.input, y: step.output)
      }
    }
    for lane in 0..<count {
      for index in 0..<classes { result[lane &* classes &+ index] = logits[index &* lanes &+ lane] }
    }
  }
}
