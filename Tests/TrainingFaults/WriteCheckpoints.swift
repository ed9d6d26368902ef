import MPI
import Training

/// Short dense training with a checkpoint after every step, of which the newest stays: `training-faults checkpoints FOLDER
/// [STEPS]`, to stop after so many steps.
func writeCheckpoints(_ words: [String], _ world: Communicator) throws -> Int32 {
  guard let path = words.first else { return 2 }
  var configuration = SmallRun.configuration
  configuration.kind = .train
  var policy = RunPolicy()
  (policy.checkpointSteps, policy.keptCheckpoints) = (1, 1)
  policy.stopAfterSteps = words.count > 1 ? Int(words[1]) : nil
  let directory = try world.collectively {
    world.rank == 0 ? try RunDirectory(path: path, configuration: configuration) : nil
  }
  let job = try Job(
    configuration, policy: policy, start: .network(SmallRun.network), data: SmallRun.data(), communicator: world,
    directory: directory, observer: Listener(speaks: world.rank == 0))
  do {
    try job.run { stage in if stage == .dense { try job.trainDense() } }
  } catch is RunStopped { return 75 }
  if world.rank == 0 { print("weights \(ArenaHash(job.network))") }
  return 0
}

/// Prints warnings.
private struct Listener: JobObserver {
  let speaks: Bool
  let report = ""

  func warned(_ message: String) { if speaks { print("warning: \(message)") } }
  func phaseBegan(_ start: PhaseStart) {}
  func stepEnded(_ progress: StepProgress) {}
  func epochEnded(_ record: MetricsRecord, epochs: Int) {}
  func prunedInTraining(_ record: MetricsRecord, _ result: PruningResult) {}
}
