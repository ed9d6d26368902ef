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

/// Somebody who watches a job: the terminal, a log, a test.
public protocol JobObserver {
  func phaseBegan(_ start: PhaseStart)
  func stepEnded(_ progress: StepProgress)
  func epochEnded(_ record: MetricsRecord, epochs: Int)
  /// Weights are going to be pruned for the first time while training goes on.
  ///
  /// - Parameter evaluation: of the network as it is.
  func prunesInTraining(_ job: Job, epoch: Int, _ evaluation: Evaluation)
  /// Weights were pruned while training goes on.
  ///
  /// - Parameter evaluation: of what is left.
  func prunedInTraining(_ job: Job, _ record: MetricsRecord, _ result: PruningResult, _ evaluation: Evaluation)
  /// Something went wrong that does not end the run.
  func warned(_ message: String)
  /// All that was reported so far, which a checkpoint keeps.
  var report: String { get }
  /// What `report.json` holds so far, which a checkpoint keeps too; empty where nothing keeps one.
  var record: [UInt8] { get }
}

extension JobObserver {
  public func prunesInTraining(_ job: Job, epoch: Int, _ evaluation: Evaluation) {}
  public var record: [UInt8] { [] }
}
