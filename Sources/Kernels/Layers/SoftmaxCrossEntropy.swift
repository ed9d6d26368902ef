import Foundation

/// Softmax cross-entropy with label smoothing, as PyTorch's `CrossEntropyLoss(label_smoothing:)` (Szegedy et al., 2016).
public struct SoftmaxCrossEntropy: Sendable {
  public let classes: Int
  public let lanes: Int
  /// The share of the target that is spread evenly over all classes, in [0, 1).
  public let labelSmoothing: Float

  public init(classes: Int, lanes: Int, labelSmoothing: Float = 0) {
    self.classes = classes
    self.lanes = lanes
    self.labelSmoothing = labelSmoothing
  }

  /// The loss of every image and the gradient of their mean.
  ///
  /// - Parameters:
  ///   - logits: `[classes][lane]`.
  ///   - labels: one a lane; a negative one marks a lane without an image, whose loss and gradient are zero.
  ///   - losses: receives the loss of each lane.
  ///   - predictions: receives the class of the largest logit of each lane, the first of equals.
  ///   - gradient: receives the gradient of the mean loss with respect to the logits; `nil` computes none.
  public func callAsFunction(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, losses: UnsafeMutablePointer<Float>,
    predictions: UnsafeMutablePointer<Int32>, gradient: UnsafeMutablePointer<Float>?
  ) {
    var images = 0
    for lane in 0..<lanes where labels[lane] >= 0 { images &+= 1 }
    let reciprocal = images == 0 ? 0 : 1 / Float(images)
    let spread = labelSmoothing / Float(classes)
    for lane in 0..<lanes {
      let label = Int(labels[lane])
      var largest = logits[lane]
      var best = 0
      for c in 1..<classes where logits[c &* lanes &+ lane] > largest {
        largest = logits[c &* lanes &+ lane]
        best = c
      }
      predictions[lane] = Int32(best)
      var sum: Float = 0
      var logitSum: Float = 0
      for c in 0..<classes {
        let shifted = logits[c &* lanes &+ lane] - largest
        sum += exp(shifted)
        logitSum += shifted
      }
      let logSum = log(sum)
      guard label >= 0 else {
        losses[lane] = 0
        if let gradient { for c in 0..<classes { gradient[c &* lanes &+ lane] = 0 } }
        continue
      }
      let target = logits[label &* lanes &+ lane] - largest
      losses[lane] =
        (1 - labelSmoothing) * (logSum - target) + spread * (Float(classes) * logSum - logitSum)
      guard let gradient else { continue }
      for c in 0..<classes {
        let probability = exp(logits[c &* lanes &+ lane] - largest) / sum
        let wanted = spread + (c == label ? 1 - labelSmoothing : 0)
        gradient[c &* lanes &+ lane] = (probability - wanted) * reciprocal
      }
    }
  }
}
