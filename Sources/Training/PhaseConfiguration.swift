/// The numbers of one phase of training: the dense one, or the fine-tuning of a round.
public struct PhaseConfiguration: Sendable, Equatable, Codable {
  public var epochs: Int
  /// The largest learning rate of the schedule.
  public var learningRate: Double
  public var schedule: LearningRateSchedule
  /// The epochs of the schedule that lie before the phase's first one, and are left out.
  public var skippedEpochs = 0

  private enum CodingKeys: CodingKey { case epochs, learningRate, schedule }

  public init(epochs: Int, learningRate: Double, schedule: LearningRateSchedule) {
    self.epochs = epochs
    self.learningRate = learningRate
    self.schedule = schedule
  }

  /// The phase from the end of one of its epochs on.
  public func skipping(_ count: Int) -> PhaseConfiguration {
    var rest = self
    rest.epochs -= count
    rest.skippedEpochs += count
    return rest
  }

  /// The learning rate of a step, counted from the phase's first.
  public func learningRate(step: Int, stepsPerEpoch: Int) -> Double {
    schedule.learningRate(
      peak: learningRate, step: skippedEpochs * stepsPerEpoch + step, steps: (skippedEpochs + epochs) * stepsPerEpoch,
      stepsPerEpoch: stepsPerEpoch)
  }
}
