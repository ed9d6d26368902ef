import Images
import MPI
import Networks

/// How a network does on a set of images.
public struct Evaluation: Sendable {
  /// The mean cross-entropy, without label smoothing.
  public let loss: Double
  /// The label of every image, in the set's order.
  public let truth: [Int32]
  /// The most likely class of every image.
  public let predictions: [Int32]

  /// - Parameter truth: as many as `predictions`.
  public init(loss: Double, truth: [Int32], predictions: [Int32]) {
    self.loss = loss
    self.truth = truth
    self.predictions = predictions
  }

  /// The share of images whose most likely class is theirs.
  public var accuracy: Double {
    truth.isEmpty ? 0 : Double(zip(truth, predictions).count { $0 == $1 }) / Double(truth.count)
  }
}

extension Evaluation {
  /// Brings together what every rank has found for its images. Collective.
  ///
  /// Each image belongs to one rank and is zero elsewhere, so the sums are exact and no rank count changes a bit.
  init(
    losses: [Float], predictions: [Int32], of images: ImageSet, from communicator: Communicator
  ) throws(MPIError) {
    var (losses, predictions) = (losses, predictions)
    try communicator.allReduce(&losses, .sum)
    try communicator.allReduce(&predictions, .sum)
    let total = losses.reduce(0.0) { $0 + Double($1) }
    self.init(
      loss: total / Double(max(1, images.count)), truth: (0..<images.count).map { Int32(images.label($0)) },
      predictions: predictions)
  }
}

extension Workplace {
  /// The loss and prediction of every image, on every rank the same; the images are shared between the ranks. Collective.
  public func evaluate(_ images: ImageSet, _ communicator: Communicator) throws(MPIError) -> Evaluation {
    let loader = ImageLoader(images)
    var losses = [Float](repeating: 0, count: images.count)
    var predictions = [Int32](repeating: 0, count: images.count)
    guard let labels = microbatch.labels.baseAddress else { preconditionFailure("a microbatch has labels") }
    let plan = EvaluationPlan(imageCount: images.count, microbatch: microbatch.lanes, rankCount: communicator.size)
    for index in plan.microbatches(ofRank: communicator.rank) {
      let range = plan.images(microbatch: index)
      loader.fill(
        range.map { Int32($0) }, augmentation: nil, into: microbatch.images, channelStride: microbatch.imageStride,
        lanes: microbatch.lanes, labels: labels)
      microbatch.forward(training: false)
      for (lane, image) in range.enumerated() {
        losses[image] = microbatch.losses[lane]
        predictions[image] = microbatch.predictions[lane]
      }
    }
    return try Evaluation(losses: losses, predictions: predictions, of: images, from: communicator)
  }
}
