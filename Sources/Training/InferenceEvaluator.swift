import CIFAR
import Inference
import Kernels
import MPI

/// Evaluates a folded network, the images shared between the ranks.
public final class InferenceEvaluator {
  private let images: ImageSet
  private let loader: ImageLoader
  private let engine: InferenceEngine
  private let communicator: Communicator
  private let batch: Int
  private let pixels: AlignedBuffer
  private let logits: AlignedBuffer

  /// - Parameter batch: the images that the engine is given at once, at least 1.
  public init(_ images: ImageSet, engine: InferenceEngine, batch: Int, communicator: Communicator) {
    self.images = images
    self.engine = engine
    self.batch = batch
    self.communicator = communicator
    loader = ImageLoader(images)
    pixels = AlignedBuffer(count: batch * Self.imageSize)
    logits = AlignedBuffer(count: batch * engine.network.classes)
  }

  private static let imageSize = Record.channels * Record.edge * Record.edge

  /// The loss and prediction of every image, on every rank the same.
  public func evaluate() throws(MPIError) -> Evaluation {
    let count = images.count
    let classes = engine.network.classes
    // Each image belongs to one rank and is zero elsewhere: the sums are exact.
    var losses = [Float](repeating: 0, count: count)
    var predictions = [Int32](repeating: 0, count: count)
    let loss = SoftmaxCrossEntropy(classes: classes, lanes: 1)
    let plan = EvaluationPlan(imageCount: count, microbatch: batch, rankCount: communicator.size)
    for index in plan.microbatches(ofRank: communicator.rank) {
      let range = plan.images(microbatch: index)
      infer(range.map { Int32($0) })
      for (place, image) in range.enumerated() {
        var label = Int32(images.label(image))
        loss(
          logits: logits.pointer + place * classes, labels: &label, losses: &losses[image],
          predictions: &predictions[image], gradient: nil)
      }
    }
    try communicator.allReduce(&losses, .sum)
    try communicator.allReduce(&predictions, .sum)
    let total = losses.reduce(0.0) { $0 + Double($1) }
    return Evaluation(
      loss: total / Double(max(1, count)), truth: (0..<count).map { Int32(images.label($0)) }, predictions: predictions)
  }

  private func infer(_ indices: [Int32]) {
    loader.fillOneByOne(indices, into: pixels.pointer)
    engine(images: pixels.pointer, count: indices.count, logits: logits.pointer)
  }
}
