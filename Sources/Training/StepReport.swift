import Networks

/// What one optimizer step did.
public struct StepReport: Sendable {
  public enum Outcome: Sendable {
    /// The mean loss of the batch, and the share of right predictions in it, before the update.
    case taken(loss: Float, accuracy: Float)
    /// The step was left out: weights and the optimizer's slices are as they were.
    case leftOut(NonFiniteStep)
  }

  public let outcome: Outcome
  public let learningRate: Double
  /// What ranks ask for; the same on all of them.
  public let requests: StepRequests
}

/// Where the time of a rank's training steps went, in seconds.
public struct StepTimes: Sendable, Equatable, Codable {
  /// Reading, augmenting and normalizing images.
  public var loading = 0.0
  public var forward = 0.0
  public var backward = 0.0
  /// Exchange in both directions, waiting for other ranks included.
  public var exchange = 0.0
  public var update = 0.0
  /// The steps that these are sums over.
  public var steps = 0

  public init() {}

  public var total: Double { loading + forward + backward + exchange + update }
}

extension ParameterLayout {
  /// The place in the arena of a step's loss: the first of the metrics.
  var loss: Int { metrics.lowerBound }
  /// The place of its share of right predictions.
  var accuracy: Int { metrics.lowerBound + 1 }
}
