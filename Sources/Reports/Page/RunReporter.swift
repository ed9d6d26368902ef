import Images
import Export
import Formats
import Foundation
import Networks
import Pruning
import Runs
import Training

/// Keeps what a run's report is made of, and writes `report.json` and `report.html` as the run goes on. Rank 0 alone has one.
///
/// It only ever looks at the run. Where a file cannot be written, it says so once and the run goes on.
public final class RunReporter {
  public private(set) var record: RunRecord
  private let directory: RunDirectory
  private let prometheus: PrometheusFile?
  private let warn: (String) -> Void
  private var events: RunEventLog?
  /// The files that could not be written.
  private var given: Set<String> = []

  /// - Parameters:
  ///   - record: what is known at the beginning of this process.
  ///   - prometheus: who watches besides.
  ///   - warn: tells the user of what went wrong.
  public init(
    _ record: RunRecord, directory: RunDirectory, prometheus: PrometheusFile?, warn: @escaping (String) -> Void
  ) {
    self.record = record
    self.directory = directory
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
  ///
  /// - Parameters:
  ///   - name: such as `pruned, round 1 of 2`.
  ///   - evaluation: on the test images.
  public func note(_ kind: Stage.Kind, _ name: String, round: Int, job: Job, evaluation: Evaluation) {
    record.stages.append(
      Stage(
        name: name, kind: kind, round: round, step: job.state.stepsDone, seconds: job.seconds, evaluation: evaluation,
        sparsity: job.sparsity, classes: job.data.classNames.count,
        layers: Stage.Layer.all(job.network, mask: job.mask),
        threshold: kind == .pruned ? Stage.Layer.threshold(job.network, mask: job.mask) : nil))
    if kind == .dense || kind == .unpruned {
      record.densePredictions = Data(evaluation.predictions.map { UInt8(clamping: $0) })
    }
    if kind == .finetuned, let dense = record.densePredictions {
      record.changes = PredictionChanges(
        dense: dense.map { Int32($0) }, pruned: evaluation.predictions, isTrainedOn: job.isGradual,
        images: job.data.test)
    }
    update(seconds: job.seconds)
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

  /// Measures how fast the network is, and writes the files of the finished run.
  ///
  /// - Throws: `FileError` where the report cannot be written.
  public func finish(_ job: Job) throws {
    // The measurement is not part of the run, and needs a network that inference has all operations of.
    let seconds = job.seconds
    record.speed = try? InferenceSpeed.measure(job.network, images: job.data.test)
    record.packedBytes = packedBytes()
    record.state = .finished
    try writeReport(seconds: seconds)
    writeOthers(seconds: seconds)
  }

  /// What `dptrain export --format packed` makes of the pruned model; nil where there is none, or one with weights that are
  /// no finite numbers.
  private func packedBytes() -> Int? {
    let path = directory.file("pruned.safetensors")
    guard FileManager.default.fileExists(atPath: path), let model = try? InferenceModel(path: path) else { return nil }
    return try? PackedModel(model.network, model.architecture, values: .fp32, metadata: model.metadata).bytes.count
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

  /// `report.json` as it is now, for a checkpoint to keep.
  public var bytes: [UInt8] { (try? record.json()) ?? [] }

  private func writeReport(seconds: Double) throws {
    record.updated = Date()
    record.seconds = seconds
    try AtomicFile.write(try record.json(), to: directory.file("report.json"))
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
