import Foundation
import Images
import Machine
import MPI
import Reports
import Runs

/// Passes on what a job does to the terminal and to the report.
struct RunObserver: JobObserver {
  let console: Console
  /// Rank 0's.
  let reporter: RunReporter?
  let configuration: RunConfiguration
  let data: CIFARDataset

  func phaseBegan(_ start: PhaseStart) { console.phaseBegan(start) }

  func stepEnded(_ progress: StepProgress) {
    console.stepEnded(progress)
    reporter?.stepEnded(progress)
  }

  func epochEnded(_ record: MetricsRecord, epochs: Int) {
    console.epochEnded(record, epochs: epochs)
    reporter?.update(seconds: record.seconds)
  }

  func saw(_ moment: RunMoment) throws {
    try console.saw(
      moment, finetunes: configuration.retraining(round: 1).epochs > 0, classNames: data.classNames)
    // The metrics have the figures of those before.
    guard !moment.isGradual || moment.kind != .pruned || moment.round == moment.rounds else { return }
    reporter?.note(moment)
  }

  func warned(_ message: String) { console.warned(message) }

  func finished(_ ending: RunEnding) throws {
    console.finished(ending, kind: configuration.kind, data: data)
    try reporter?.finish(ending)
  }
}

extension RunReporter {
  /// The reporter of a run that is set up, on rank 0. Collective.
  ///
  /// - Parameters:
  ///   - journal: which keeps the record.
  ///   - prometheus: the file for Prometheus; nil for none.
  static func make(
    _ setup: JobSetup, journal: RunJournal, prometheus: String?, console: Console, world: Communicator
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
    return RunReporter(record, directory: directory, journal: journal, data: data, prometheus: watcher) {
      console.warned($0)
    }
  }
}
