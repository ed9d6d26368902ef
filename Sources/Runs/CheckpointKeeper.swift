import Training

/// When to write checkpoints, and those that are there. All ranks have one; rank 0's alone writes.
final class CheckpointKeeper {
  /// The optimizer steps of this process.
  var stepsHere = 0
  /// Whether a checkpoint waits for the evaluation at the end of an epoch.
  var isDeferred = false
  /// The seconds for which checkpoints held the run up.
  var secondsHeld = 0.0
  private let policy: RunPolicy
  private let store: CheckpointStore?
  private let writer: CheckpointWriter?
  private let clock = ContinuousClock()
  private var lastWrite: ContinuousClock.Instant

  /// - Parameter folder: where they lie; nil on the ranks that do not write.
  init(_ policy: RunPolicy, folder: String?) {
    self.policy = policy
    store = folder.map { CheckpointStore(folder: $0, kept: policy.keptCheckpoints) }
    writer = store.map { CheckpointWriter($0) }
    lastWrite = clock.now
  }

  private var secondsSinceWrite: Double { (clock.now - lastWrite) / .seconds(1) }

  /// Whether the time between two checkpoints is over, where there are any.
  var isTimeDue: Bool {
    writer != nil && policy.checkpointMinutes > 0 && secondsSinceWrite >= policy.checkpointMinutes * 60
  }

  /// Whether an epoch has ended better than all before it in its phase, and its checkpoint costs less than a hundredth of the
  /// time since the last one.
  func isWorthKeeping(_ state: RunState) -> Bool {
    guard policy.checkpointMinutes > 0 || policy.checkpointSteps != nil, state.isEvaluated, state.isBest, let writer
    else { return false }
    return secondsSinceWrite >= 100 * writer.lastSeconds
  }

  /// The memory of an earlier checkpoint.
  func takeMemory() -> SpareMemory { writer?.takeMemory() ?? SpareMemory() }

  /// Begins to write a checkpoint.
  func write(_ checkpoint: Checkpoint) {
    writer?.write(checkpoint)
    lastWrite = clock.now
  }

  /// The checkpoints that this process has written, and what they cost.
  var cost: CheckpointCost {
    wait()
    let written = writer?.written ?? (count: 0, seconds: 0)
    return CheckpointCost(count: written.count, secondsHeld: secondsHeld, secondsWriting: written.seconds)
  }

  /// Waits until nothing is being written any more.
  func wait() { writer?.wait() }

  /// What went wrong since the last time somebody asked.
  func takeFailures() -> [String] { writer?.takeFailures() ?? [] }

  /// The path of the newest checkpoint that is there.
  var last: String? {
    wait()
    return store?.last
  }
}

/// What the checkpoints of a process cost.
public struct CheckpointCost: Sendable {
  public let count: Int
  /// For which the run stood still.
  public let secondsHeld: Double
  /// For which a thread of rank 0 was busy beside the run.
  public let secondsWriting: Double
}
