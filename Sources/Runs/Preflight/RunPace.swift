import Text
import Training

/// The optimizer steps of a run, phase by phase.
public struct RunSteps: Sendable, Equatable {
  /// Of dense training; 0 where the run begins with a model.
  public let dense: Int
  /// Of each round of fine-tuning.
  public let finetune: Int
  /// Of fine-tuning.
  public let rounds: Int
  /// Of an epoch.
  public let epoch: Int

  public init(dense: Int, finetune: Int, rounds: Int, epoch: Int) {
    self.dense = dense
    self.finetune = finetune
    self.rounds = rounds
    self.epoch = epoch
  }

  /// The steps of a run.
  public init(_ configuration: RunConfiguration, outline: RunOutline) {
    let prunes = configuration.pruning.prunes && configuration.kind != .train
    let epoch = outline.plan.stepsPerEpoch
    self.init(
      dense: configuration.kind != .prune ? configuration.dense.epochs * epoch : 0,
      finetune: configuration.retraining(round: 1).epochs * epoch,
      rounds: prunes ? configuration.pruning.gradual == nil ? outline.requests.count : 1 : 0, epoch: epoch)
  }

  /// The steps that are left after some of a phase.
  public func left(after step: Int, of phase: MetricsRecord.Phase, round: Int) -> Int {
    switch phase {
    case .dense: dense - step + rounds * finetune
    case .prune: (rounds - round + 1) * finetune
    case .finetune: finetune - step + (rounds - round) * finetune
    }
  }
}

/// Compares, once, the time that a run takes at its first steps' pace with the time that it has.
public struct RunPace: Sendable {
  /// The step at whose end there is a pace; the first one, which faults in memory, does not count.
  public static let measuredSteps = 21

  private let steps: RunSteps
  /// The time of evaluation, as a share of that of training.
  private let evaluationShare: Double
  /// When the job ends, on the clock of ``note(step:of:round:at:)``.
  private let end: Double
  private var count = 0
  private var began = 0.0

  /// - Parameters:
  ///   - testImages: evaluated after each epoch, each for about a third of what a training image takes.
  ///   - imagesPerEpoch: trained on.
  ///   - end: when the job's time is over, in seconds on the caller's clock.
  public init(steps: RunSteps, testImages: Int, imagesPerEpoch: Int, end: Double) {
    self.steps = steps
    self.end = end
    evaluationShare = Double(testImages) / 3 / Double(max(1, imagesPerEpoch))
  }

  /// Takes note of a step.
  ///
  /// - Parameters:
  ///   - step: the steps of the phase that are done.
  ///   - now: in seconds.
  /// - Returns: once, where the time does not suffice, what to tell the user.
  public mutating func note(step: Int, of phase: MetricsRecord.Phase, round: Int, at now: Double) -> String? {
    count += 1
    if count == 1 { began = now }
    guard count == Self.measuredSteps else { return nil }
    let pace = (now - began) / Double(count - 1)
    let left = steps.left(after: step, of: phase, round: round)
    let needed = Double(left) * pace * (1 + evaluationShare)
    guard needed > end - now else { return nil }
    return """
      note: at this pace the run needs \(Duration.seconds(needed).brief) more, and the job's time limit ends it in \
      \(Duration.seconds(max(0, end - now)).brief): it will have to be resumed
      """
  }
}
