import Formats
import Foundation
import Images
import Runs

/// Keeps what a run's report is made of, and writes `report.json` and `report.html` as the run goes on. Rank 0 alone has one.
///
/// It only ever looks at the run. Where a file cannot be written, it says so once and the run goes on.
public final class RunReporter {
  public private(set) var record: RunRecord
  private let directory: RunDirectory
  private let journal: RunJournal
  private let data: CIFARDataset
  private let prometheus: PrometheusFile?
  private let warn: (String) -> Void
  private var events: RunEventLog?
  /// The files that could not be written.
  private var given: Set<String> = []

  /// - Parameters:
  ///   - record: what is known at the beginning of this process.
  ///   - journal: which keeps the record too.
  ///   - prometheus: who watches besides.
  ///   - warn: tells the user of what went wrong.
  public init(
    _ record: RunRecord, directory: RunDirectory, journal: RunJournal, data: CIFARDataset, prometheus: PrometheusFile?,
    warn: @escaping (String) -> Void
  ) {
    self.record = record
    self.directory = directory
    self.journal = journal
    self.data = data
    self.prometheus = prometheus
    self.warn = warn
  }

  /// Goes on with what was kept before: by a checkpoint, or where there is none yet, in the directory.
  ///
  /// - Parameters:
  ///   - bytes: of the checkpoint; nil where the run begins afresh.
  ///   - step: the optimizer steps of the run that are done.
  public func goOn(with bytes: [UInt8]?, step: Int) {
    guard var session = record.sessions.last else { return }
    guard let bytes else {
      // A command that goes on with a run does not say what the run is.
      if let text = try? Data(contentsOf: URL(filePath: directory.file("report.json"))),
        let earlier = try? RunRecord(json: text), let first = earlier.sessions.first
      {
        session.command = first.command
        record.sessions = [session]
      }
      return
    }
    guard let earlier = try? RunRecord(json: bytes) else {
      if !bytes.isEmpty { warn("the checkpoint's record of the run cannot be understood: the report begins afresh") }
      return
    }
    session.firstStep = step
    let version = record.version
    record = earlier
    record.version = version
    record.state = .running
    record.sessions.append(session)
  }

  /// Takes note of how the network is and does.
  public func note(_ moment: RunMoment) {
    record.stages.append(Stage(moment, classes: data.classNames.count))
    let predictions = moment.evaluation.predictions
    if moment.kind == .dense || moment.kind == .unpruned {
      record.densePredictions = Data(predictions.map { UInt8(clamping: $0) })
    }
    if moment.kind == .finetuned, let dense = record.densePredictions {
      record.changes = PredictionChanges(
        dense: dense.map { Int32($0) }, pruned: predictions, isTrainedOn: moment.isGradual, images: data.test)
    }
    update(seconds: moment.seconds)
  }

  /// Takes note of a step.
  public func stepEnded(_ progress: StepProgress) {
    guard let prometheus else { return }
    attempt(prometheus.path) { try prometheus.note(progress) }
  }

  /// Writes all files. A run goes on without those that cannot be written.
  public func update(seconds: Double) {
    attempt("the report") { try writeReport(seconds: seconds) }
    writeOthers(seconds: seconds)
  }

  /// Says that the run has stopped, and waits to be resumed.
  public func stop(seconds: Double) {
    record.state = .stopped
    update(seconds: seconds)
  }

  /// Writes the files of the finished run.
  ///
  /// - Throws: `FileError` where the report cannot be written.
  public func finish(_ ending: RunEnding) throws {
    record.speed = ending.speed
    record.packedBytes = ending.packedBytes
    record.state = .finished
    try writeReport(seconds: ending.seconds)
    writeOthers(seconds: ending.seconds)
  }

  /// Does something that the run can do without, and says so once where it fails.
  private func attempt(_ name: String, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      guard given.insert(name).inserted else { return }
      warn("\(name) could not be written, and the run goes on without: \(error)")
    }
  }

  private func writeReport(seconds: Double) throws {
    record.updated = Date()
    record.seconds = seconds
    journal.record = try record.json()
    try AtomicFile.write(journal.record, to: directory.file("report.json"))
    try AtomicFile.write(
      ReportPage(try RunFiles(directory: directory.path)).html, to: directory.file("report.html"))
  }

  private func writeOthers(seconds: Double) {
    guard let metrics = try? RunFiles.metrics(directory.path) else { return }
    attempt("TensorBoard's file") {
      if let events { return try events.catchUp(metrics: metrics, record: record) }
      events = try RunEventLog(folder: directory.file("tensorboard"), metrics: metrics, record: record)
    }
    guard let prometheus else { return }
    attempt(prometheus.path) {
      prometheus.metrics = metrics
      try prometheus.write(record.state, seconds: seconds)
    }
  }
}
