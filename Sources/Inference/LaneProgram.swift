import Kernels

/// A network that runs a fixed number of images at a time, one a lane.
final class LaneProgram {
  private let lanes: Int
  private let images: ImageLanes
  private let image: AlignedBuffer
  private let buffers: [AlignedBuffer]
  private let steps: [LaneStep]
  private let logits: UnsafeMutablePointer<Float>
  private let classes: Int

  /// - Parameter weights: for each node, those of its layer if it is one.
  init(_ network: FoldedNetwork, weights: [LaneWeights?], lanes: Int) {
    self.lanes = lanes
    let shapes = network.values.map { $0.shape(lanes: lanes) }
    let plan = BufferPlan(network, floats: shapes.map(\.count))
    let buffers = plan.counts.map { AlignedBuffer(count: $0) }
    let image = AlignedBuffer(count: shapes[0].count)
    func pointer(_ value: FoldedNetwork.ValueIndex) -> UnsafeMutablePointer<Float> {
      plan.buffers[value].map { buffers[$0].pointer } ?? image.pointer
    }
    steps = zip(network.nodes, weights).map { node, weights in
      let residual = node.layer?.residual.map {
        (channels: network.values[$0.value].channels, pointer: UnsafePointer(pointer($0.value)))
      }
      return node.operation.laneStep(
        LaneWorkspace(
          lanes: lanes, input: shapes[node.input], x: UnsafePointer(pointer(node.input)), y: pointer(node.output),
          residual: residual, weights: weights))
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
    for step in steps { step() }
    for lane in 0..<count {
      for index in 0..<classes { result[lane &* classes &+ index] = logits[index &* lanes &+ lane] }
    }
  }
}
