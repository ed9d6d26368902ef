import Formats
import Images
import Foundation
import MPI
import Pruning
import Runs
import Training

/// Runs the whole job once, and then again and again, each time with a signal at another moment: `training-faults
/// stop-everywhere FOLDER KIND STRIDE`, at every moment or at every STRIDE-th. What a signal has stopped is resumed, and must
/// end as the first run.
///
/// Moments lie where no number of steps leads to: in the midst of selection, of an evaluation, of a report.
func stopEverywhere(_ words: [String], _ world: Communicator) throws -> Int32 {
  guard words.count == 3, let stride = Int(words[2]), stride >= 1 else { return 2 }
  var configuration = SmallRun.configuration
  configuration.pruning = PruningConfiguration(.rounds(2, to: .fraction(0.9)))
  if words[1] == "gradual" {
    configuration.dense.epochs = 3
    configuration.pruning = PruningConfiguration(
      .cubic(try CubicSchedule(firstEpoch: 0, lastEpoch: 2), to: .fraction(0.9)))
  }
  let data = try SmallRun.data()
  let whole = try Attempt(configuration, data, world, "\(words[0])/whole", stopAt: nil)
  var stages: [String] = []
  let moments = Array(Swift.stride(from: 1, through: whole.moments, by: stride))
  for moment in moments {
    StopSignals.listen()
    let attempt = try Attempt(configuration, data, world, "\(words[0])/\(moment)", stopAt: moment)
    if world.rank == 0 {
      stages.append(attempt.stoppedAt)
      if attempt.hash != whole.hash { print("moment \(moment), \(attempt.stoppedAt): ends with \(attempt.hash)") }
      if attempt.metrics != whole.metrics { print("moment \(moment), \(attempt.stoppedAt): other metrics") }
      if attempt.report != whole.report { print("moment \(moment), \(attempt.stoppedAt): another report") }
    }
  }
  if world.rank == 0 { print("\(moments.count) moments: \(stages.joined(separator: " | "))") }
  return 0
}

/// One run to its end, stopped at most once.
private struct Attempt {
  var hash = ""
  var metrics: [String] = []
  var report = ""
  /// How many moments there are at which it could be stopped.
  var moments = 0
  var stoppedAt = "not stopped"

  init(
    _ configuration: RunConfiguration, _ data: CIFARDataset, _ world: Communicator, _ path: String, stopAt moment: Int?
  ) throws {
    let directory = try world.collectively {
      world.rank == 0 ? try RunDirectory(path: path, configuration: configuration) : nil
    }
    let witness = Witness(stopAt: world.rank == 0 ? moment : nil)
    let ended = try run(configuration, data, world, directory, .network(SmallRun.network), witness)
    moments = witness.moments
    guard !ended, let directory else {
      if !ended { try resume(configuration, data, world, nil) }
      return
    }
    try resume(configuration, data, world, directory)
  }

  private mutating func resume(
    _ configuration: RunConfiguration, _ data: CIFARDataset, _ world: Communicator, _ directory: RunDirectory?
  ) throws {
    StopSignals.listen()
    let found = try world.collectively { try directory?.newestCheckpoint(of: configuration) }
    let checkpoint = try Checkpoint.broadcast(found?.checkpoint, world)
    try world.collectively { try directory?.goOn(from: found) }
    stoppedAt = "\(checkpoint.state)"
    let witness = Witness(stopAt: nil)
    guard try run(configuration, data, world, directory, .checkpoint(checkpoint), witness) else {
      throw Unfinished()
    }
  }

  /// Whether the run came to its end.
  private mutating func run(
    _ configuration: RunConfiguration, _ data: CIFARDataset, _ world: Communicator, _ directory: RunDirectory?,
    _ start: JobStart, _ witness: Witness
  ) throws -> Bool {
    let job = try Job(
      configuration, start: start, data: data, communicator: world, directory: directory, journal: witness.journal,
      observer: witness)
    do { try job.run() } catch is RunStopped { return false }
    hash = "\(Hash128(job.network))"
    report = witness.journal.text
    guard let directory else { return true }
    metrics = try String(contentsOfFile: directory.file("metrics.jsonl"), encoding: .utf8).split(separator: "\n").map {
      // What the clock says.
      String($0).replacing(/"(seconds|images_per_second|exchange_share|exchange_seconds)":[^,}]+/, with: "")
    }
    return true
  }
}

private struct Unfinished: Error {}

/// Reports every moment of a job, and sends a signal at one of them.
private final class Witness: JobObserver {
  private(set) var moments = 0
  let journal = RunJournal()
  private let stop: Int?

  init(stopAt moment: Int?) { stop = moment }

  private func take(note: String) {
    journal.text += note + "\n"
    pass()
  }

  private func pass() {
    moments += 1
    if moments == stop { raise(SIGUSR1) }
  }

  // Stages that go on do not begin a second time in the report.
  func stageBegan(_ stage: RunStage) { pass() }
  func phaseBegan(_ start: PhaseStart) { take(note: "\(start.phase) \(start.round) begins") }
  func epochEnded(_ record: MetricsRecord, epochs: Int) { take(note: "epoch \(record.epoch): \(record.testLoss)") }
  func saw(_ moment: RunMoment) { take(note: "\(moment.name): \(moment.evaluation.loss)") }
  func warned(_ message: String) { take(note: message) }
  func finished(_ ending: RunEnding) { take(note: "\(ending.state.results.count) results") }
}
