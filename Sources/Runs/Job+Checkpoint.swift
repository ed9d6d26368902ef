import Formats
import Training
import MPI
import Networks
import Pruning

extension Job {
  /// What this rank wants at the end of a step.
  func ownRequests() -> StepRequests {
    var requests = StopSignals.received
    if communicator.rank == 0, checkpoints.isTimeDue { requests.insert(.checkpoint) }
    return requests
  }

  /// Between two stages, or the parts of one: asks all ranks what they want, and does it. Collective.
  func boundary() throws {
    var own = ownRequests()
    if communicator.rank == 0, checkpoints.isWorthKeeping(state) { own.insert(.checkpoint) }
    let requests = try own.united(communicator)
    let isDue = checkpoints.isDeferred
    checkpoints.isDeferred = false
    try boundary(requests, isDue: isDue)
  }

  /// After a step: does what the ranks want. Collective.
  func boundary(afterStep requests: StepRequests) throws {
    var (requests, isDue) = (requests, policy.checkpointSteps.map { state.stepsDone % $0 == 0 } ?? false)
    if policy.verifySteps > 0, state.stepsDone % policy.verifySteps == 0 { try verify() }
    // At the end of an epoch the evaluation comes first: the checkpoint then says how good it is.
    if state.step == outline.plan.stepsPerEpoch {
      checkpoints.isDeferred = isDue
      isDue = false
      requests.remove(.checkpoint)
    }
    try boundary(requests, isDue: isDue)
  }

  private func boundary(_ requests: StepRequests, isDue: Bool) throws {
    warnOfFailures()
    let stops = requests.signalName != nil || policy.stopAfterSteps.map { checkpoints.stepsHere >= $0 } ?? false
    if stops || isDue || requests.contains(.checkpoint) { try checkpoint() }
    guard stops else { return }
    try communicator.collectively {
      checkpoints.wait()
      if let failure = checkpoints.takeFailures().first {
        throw CheckpointNotWritten(reason: failure, last: checkpoints.last)
      }
    }
    throw RunStopped(signal: requests.signalName, step: state.stepsDone)
  }

  /// Proves that all ranks hold the same weights.
  private func verify() throws {
    do {
      try Hash128(network).proveAgreement(on: "the weights after step \(state.stepsDone)", communicator)
    } catch let error as TrainingError {
      throw error.adding(checkpoint: checkpoints.last)
    }
  }

  /// Writes a checkpoint of where the run stands. Collective; returns while rank 0 is still writing.
  private func checkpoint() throws {
    let clock = ContinuousClock()
    let start = clock.now
    defer { checkpoints.secondsHeld += (clock.now - start) / .seconds(1) }
    try verify()
    var memory = checkpoints.takeMemory()
    let optimizer = try trainer?.gatherState(in: &memory)
    guard let directory else { return }
    state.seconds = seconds
    state.batchesTracked = network.batchesTracked
    checkpoints.write(
      Checkpoint(
        configuration: configuration, state: state, survivors: place.survivors,
        arena: memory.copy(network.arena[0..<network.layout.count]), optimizer: optimizer,
        metrics: Array(directory.metricsText.utf8), report: Array(journal.text.utf8), record: journal.record))
  }

  /// Waits for a checkpoint that is being written.
  func finishCheckpoints() {
    checkpoints.wait()
    warnOfFailures()
  }

  private func warnOfFailures() {
    for failure in checkpoints.takeFailures() {
      observer.warned("a checkpoint could not be written, and the run goes on without it: \(failure)")
    }
  }
}

/// The run is not at its end; a checkpoint of it is on the disk.
public struct RunStopped: Error {
  /// What asked for it; nil for `--stop-after-steps`.
  public let signal: String?
  /// The optimizer steps of the whole run that are done.
  public let step: Int
}

/// The run was to stop, and its checkpoint could not be written.
public struct CheckpointNotWritten: Error, CustomStringConvertible {
  let reason: String
  /// The newest checkpoint that is there.
  let last: String?

  public var description: String {
    "the run had to stop, and its checkpoint could not be written: \(reason) "
      + (last.map { "The newest checkpoint is \($0)" } ?? "There is no other checkpoint")
  }
}
