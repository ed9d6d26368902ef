import Foundation
import Kernels
import Machine
import MPI
import Pruning
import Reports
import Runs
import Training

/// Passes on what a job does to the terminal and to the report.
struct RunObserver: JobObserver {
  let console: Console
  /// Rank 0's.
  let reporter: RunReporter?

  func phaseBegan(_ start: PhaseStart) { console.phaseBegan(start) }

  func stepEnded(_ progress: StepProgress) {
    console.stepEnded(progress)
    reporter?.stepEnded(progress)
  }

  func epochEnded(_ record: MetricsRecord, epochs: Int) {
    console.epochEnded(record, epochs: epochs)
    reporter?.update(seconds: record.seconds)
  }

  func prunesInTraining(_ job: Job, epoch: Int, _ evaluation: Evaluation) {
    reporter?.note(
      .unpruned, "before its first pruning, after epoch \(epoch)", round: 0, job: job, evaluation: evaluation)
  }

  func prunedInTraining(_ job: Job, _ record: MetricsRecord, _ result: PruningResult, _ evaluation: Evaluation) {
    console.prunedInTraining(job, record, result, evaluation)
    // The metrics have the figures of those before.
    guard record.round == job.rounds else { return }
    reporter?.note(
      .pruned, "after its last pruning, in epoch \(record.epoch)", round: record.round, job: job, evaluation: evaluation
    )
  }

  func warned(_ message: String) { console.warned(message) }

  var report: String { console.report }

  var record: [UInt8] { reporter?.bytes ?? [] }
}

extension RunReporter {
  /// The reporter of a run that is set up, on rank 0. Collective.
  ///
  /// - Parameter prometheus: the file for Prometheus; nil for none.
  static func make(
    _ setup: JobSetup, prometheus: String?, console: Console, world: Communicator
  ) throws -> RunReporter? {
    let hosts = try world.gather(Communicator.hostName, root: 0)
    guard let directory = setup.directory, let hosts else { return nil }
    let data = setup.data
    // The words were parsed, so there is nothing wrong with them.
    let words = try CommandSettings.given.get().arguments
    let session = RunRecord.Session(
      began: Date(),
      command: RunCommandLine.reproducing(
        words, ranks: world.size, data: setup.configuration.data ?? data.description),
      ranks: world.size, hosts: Set(hosts).sorted(), processor: Processor.description)
    let record = RunRecord(
      version: "\(Dptrain.version) (commit \(Dptrain.commit.prefix(12)))",
      data: .init(description: data.description, isSynthetic: data.isSynthetic, classNames: data.classNames),
      session: session)
    let name = URL(filePath: setup.path).standardizedFileURL.lastPathComponent
    let watcher = prometheus.map {
      PrometheusFile(path: $0, run: name, configuration: setup.configuration, version: Dptrain.version)
    }
    return RunReporter(record, directory: directory, prometheus: watcher) { console.warned($0) }
  }
}
