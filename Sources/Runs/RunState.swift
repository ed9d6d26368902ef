import Training

/// Where a run stands, and its figures so far: all that a checkpoint keeps besides tensors and texts.
public struct RunState: Sendable, Equatable, Codable {
  /// What the run is at, or will begin with next.
  public package(set) var stage: RunStage
  /// The epochs of the stage that are done.
  public package(set) var epoch = 0
  /// The steps of the present epoch that are done.
  public package(set) var step = 0
  /// Whether the present epoch is evaluated and recorded, and only gradual pruning is left of it.
  public package(set) var isEvaluated = false
  /// The epochs of the whole run that are done: images are ordered and augmented by it.
  public package(set) var epochsDone = 0
  /// The optimizer steps of the whole run that are done.
  public package(set) var stepsDone = 0
  /// PyTorch's `num_batches_tracked`.
  public package(set) var batchesTracked: Int64 = 0
  /// The sums of the present epoch.
  public package(set) var sums = EpochSums()
  /// Where the time of the present phase's steps went.
  public package(set) var times = StepTimes()
  /// The wall-clock seconds of the run, over all processes that have worked at it.
  public package(set) var seconds = 0.0
  /// The seconds that epochs of training took, over all phases.
  public package(set) var trainingSeconds = 0.0
  /// The images that were trained on in ``trainingSeconds``.
  public package(set) var trainedImages = 0
  /// What the exchange of each phase cost.
  public package(set) var exchanges: [ExchangeSummary] = []
  /// How the network did at the end of each stage.
  public package(set) var results: [StageResult] = []
  /// The test accuracy at the end of the stage's last epoch.
  public package(set) var accuracy: Double?
  /// The best one of the stage so far.
  public package(set) var bestAccuracy: Double?
  /// The steps of the whole run that were left out because their gradient was not finite.
  public package(set) var skippedSteps = 0

  package init(stage: RunStage) { self.stage = stage }

  /// Whether the last epoch of the stage is its best.
  package var isBest: Bool { accuracy != nil && accuracy == bestAccuracy }

  /// Goes on to another stage.
  package mutating func begin(_ next: RunStage) {
    stage = next
    (epoch, step, isEvaluated) = (0, 0, false)
    (accuracy, bestAccuracy) = (nil, nil)
    (sums, times) = (EpochSums(), StepTimes())
  }

  /// Takes note of the evaluation after an epoch's steps.
  package mutating func endEpoch(accuracy: Double) {
    isEvaluated = true
    self.accuracy = accuracy
    bestAccuracy = max(accuracy, bestAccuracy ?? accuracy)
  }

  /// Goes on to the next epoch.
  package mutating func beginEpoch() {
    epoch += 1
    epochsDone += 1
    (step, isEvaluated) = (0, false)
    sums = EpochSums()
    sums.exchangeBefore = times.exchange
  }
}

extension RunState: CustomStringConvertible {
  /// Where the run stands, in words.
  public var description: String {
    let place =
      switch stage {
      case .dense: "dense training"
      case .start: "before pruning"
      case .prune(let round): "pruning, round \(round)"
      case .finetune(let round): "fine-tuning, round \(round)"
      case .evaluation(let round): "after fine-tuning, round \(round)"
      case .summary: "before the summary"
      }
    return "\(place), epoch \(epoch &+ 1), \(step) steps of it done; \(stepsDone) steps in all"
  }
}

/// Sums over the steps of an epoch.
public struct EpochSums: Sendable, Equatable, Codable {
  package var losses = 0.0
  package var right = 0.0
  /// The learning rate of the last step.
  package var rate = 0.0
  package var seconds = 0.0
  /// The seconds of exchange in the phase before the epoch.
  package var exchangeBefore = 0.0
  /// The steps that were left out because their gradient was not finite.
  package var skipped = 0

  mutating func add(loss: Float, accuracy: Float, rate: Double) {
    losses += Double(loss)
    right += Double(accuracy)
    self.rate = rate
  }
}

/// How the network did at the end of a stage.
public struct StageResult: Sendable, Equatable, Codable {
  /// Such as `pruned, round 1 of 2`.
  public let name: String
  public let loss: Double
  /// A fraction.
  public let accuracy: Double

  public init(name: String, loss: Double, accuracy: Double) {
    self.name = name
    self.loss = loss
    self.accuracy = accuracy
  }
}

extension RunState {
  /// Throws unless a run of this configuration can stand there.
  package func check(
    stages: [RunStage], configuration: RunConfiguration, stepsPerEpoch: Int
  ) throws(CheckpointError.Problem) {
    let epochs: Int
    switch stage {
    case .dense: epochs = configuration.dense.epochs
    case .finetune(let round): epochs = configuration.retraining(round: round).epochs
    default: epochs = 0
    }
    // More than any run comes to; what a run adds to them can still be counted.
    let possible = 0...(1 << 50)
    guard stages.contains(stage), 0...epochs ~= epoch, 0...stepsPerEpoch ~= step, epoch < epochs || step == 0,
      possible ~= epochsDone, epochsDone >= epoch, possible ~= stepsDone, stepsDone >= step,
      0...step ~= sums.skipped, possible ~= skippedSteps, possible ~= trainedImages, possible ~= times.steps,
      possible ~= Int(clamping: batchesTracked)
    else { throw .fit("the run cannot stand where it says: \(self)") }
  }
}
