import Training

/// A phase of a job that begins.
public struct PhaseStart: Sendable {
  public let phase: MetricsRecord.Phase
  /// 0 for dense training, then from 1.
  public let round: Int
  public let rounds: Int
  /// Whether the job prunes in its dense phase.
  public let isGradual: Bool
  public let numbers: PhaseConfiguration
  /// Whether it trains again from an epoch of dense training on.
  public let rewinds: Bool
  public let steps: Int
}

/// Where a phase stands after a step.
public struct StepProgress: Sendable {
  public let phase: MetricsRecord.Phase
  public let round: Int
  /// From 1.
  public let epoch: Int
  public let epochs: Int
  /// The steps of the phase that are done.
  public let step: Int
  /// The steps of the whole phase.
  public let steps: Int
  /// The optimizer steps of the whole run that are done.
  public let stepsDone: Int
  public let loss: Float
  public let learningRate: Double
  /// Over all ranks, in this epoch so far.
  public let imagesPerSecond: Double
  /// The wall-clock seconds of the whole run so far.
  public let seconds: Double
}

/// Somebody who is told what a job does: the terminal, a log, a test. Nothing is ever asked of it.
public protocol JobObserver {
  /// A stage begins, or goes on.
  func stageBegan(_ stage: RunStage)
  func phaseBegan(_ start: PhaseStart)
  func stepEnded(_ progress: StepProgress)
  func epochEnded(_ record: MetricsRecord, epochs: Int)
  /// The network was evaluated at a moment of note.
  func saw(_ moment: RunMoment) throws
  /// Something went wrong that does not end the run.
  func warned(_ message: String)
  /// The run is at its end; what is thrown here is what fails it.
  func finished(_ ending: RunEnding) throws
}

extension JobObserver {
  public func stageBegan(_ stage: RunStage) {}
  public func phaseBegan(_ start: PhaseStart) {}
  public func stepEnded(_ progress: StepProgress) {}
  public func epochEnded(_ record: MetricsRecord, epochs: Int) {}
  public func saw(_ moment: RunMoment) throws {}
  public func warned(_ message: String) {}
  public func finished(_ ending: RunEnding) throws {}
}

/// Says nothing.
public struct SilentObserver: JobObserver {
  public init() {}
}
