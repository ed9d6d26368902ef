import Images
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
  /// Those of the mirrored images, where they count too.
  private let mirrored: AlignedBuffer?

  /// - Parameters:
  ///   - normalization: nil for the images' own.
  ///   - batch: the images that the engine is given at once, at least 1.
  ///   - averagesFlips: whether the logits are means over each image and its mirror image.
  public init(
    _ images: ImageSet, normalization: Normalization? = nil, engine: InferenceEngine, batch: Int,
    averagesFlips: Bool = false, communicator: Communicator
  ) {
    self.images = images
    self.engine = engine
    self.batch = batch
    self.communicator = communicator
    loader = ImageLoader(images, normalization: normalization)
    pixels = AlignedBuffer(count: batch * Record.imageSize)
    logits = AlignedBuffer(count: batch * engine.network.classes)
    mirrored = averagesFlips ? AlignedBuffer(count: batch * engine.network.classes) : nil
  }

  /// The loss and prediction of every image, on every rank the same.
  public func evaluate() throws(MPIError) -> Evaluation {
    let count = images.count
    let classes = engine.network.classes
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
    return try Evaluation(losses: losses, predictions: predictions, of: images, from: communicator)
  }

  private func infer(_ indices: [Int32]) {
    loader.fillOneByOne(indices, into: pixels.pointer)
    engine(images: pixels.pointer, count: indices.count, logits: logits.pointer)
    guard let mirrored else { return }
    for row in 0..<(indices.count * Record.channels * Record.edge) {
      var columns = UnsafeMutableBufferPointer(start: pixels.pointer + row * Record.edge, count: Record.edge)
      columns.reverse()
    }
    engine(images: pixels.pointer, count: indices.count, logits: mirrored.pointer)
    for place in 0..<(indices.count * engine.network.classes) {
      logits.pointer[place] = (logits.pointer[place] + mirrored.pointer[place]) / 2
    }
  }
}
