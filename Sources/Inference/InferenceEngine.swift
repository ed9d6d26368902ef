import Kernels

/// Runs a folded network on any number of images.
///
/// Sixteen and more images are the lanes of vectors, up to 64 at once; of fewer, one after the other, the pixels are. What
/// an engine needs for a number of images is made when that number first comes; after that it allocates nothing. One engine
/// runs on one thread at a time.
public final class InferenceEngine {
  public let network: FoldedNetwork
  /// For each node, the weights of its layer if it is one.
  private let weights: [LaneWeights?]
  private var single: PixelProgram?
  private let fewestForLanes: Int
  /// For 16, 32, 48 and 64 lanes.
  private var programs: [LaneProgram?] = [nil, nil, nil, nil]

  public init(_ network: FoldedNetwork) {
    self.network = network
    weights = network.nodes.map { $0.layer.map { LaneWeights($0) } }
    fewestForLanes = MicrobatchPlan.fewestForLanes(network)
  }

  /// The layers that compute survivors only; the others multiply all their weights.
  public var sparseLayerCount: Int { weights.count { $0 != nil && $0?.tapOffsets == nil } }

  /// Computes the logits of some images.
  ///
  /// - Parameters:
  ///   - images: `[image][channel][row][column]`, normalised.
  ///   - count: how many.
  ///   - logits: receives `[image][class]`.
  public func callAsFunction(
    images: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>
  ) {
    let plan = MicrobatchPlan(count: count, fewestForLanes: fewestForLanes)
    let size = network.image.channels &* network.image.pixels
    var (images, logits) = (images, logits)
    func advance(_ done: Int) {
      images += done &* size
      logits += done &* network.classes
    }
    for _ in 0..<plan.wholes {
      program(lanes: MicrobatchPlan.largest).run(images: images, count: MicrobatchPlan.largest, logits: logits)
      advance(MicrobatchPlan.largest)
    }
    if plan.lanes > 0 {
      program(lanes: plan.lanes).run(images: images, count: plan.images, logits: logits)
      advance(plan.images)
    }
    guard plan.singles > 0 else { return }
    let single = self.single ?? PixelProgram(network)
    self.single = single
    for _ in 0..<plan.singles {
      single.run(image: images, logits: logits)
      advance(1)
    }
  }

  private func program(lanes: Int) -> LaneProgram {
    let index = lanes / 16 - 1
    if let program = programs[index] { return program }
    let program = LaneProgram(network, weights: weights, lanes: lanes)
    programs[index] = program
    return program
  }
}
