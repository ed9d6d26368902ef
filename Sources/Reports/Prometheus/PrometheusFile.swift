import Text
import Formats
import Foundation
import Runs
import Training

/// A file that tells the textfile collector of Prometheus' node exporter how a run goes. docs/metrics.md lists the figures.
///
/// It is written whole, and then takes its name: a collector never reads half of it.
public final class PrometheusFile {
  public let path: String
  private let labels: [(String, String)]
  private let information: [(String, String)]
  /// What the run has come to so far.
  var metrics: [MetricsRecord] = []
  private var progress: StepProgress?
  private let clock = ContinuousClock()
  private var lastWrite: ContinuousClock.Instant?

  /// The least time between two steps' writes.
  private static let interval = Duration.seconds(5)

  /// - Parameter run: the run's name, a label of all figures.
  public init(path: String, run: String, configuration: RunConfiguration, version: String) {
    self.path = path
    labels = [("run", run)]
    information = [
      ("architecture", configuration.architecture.rawValue), ("data", configuration.data ?? ""), ("version", version),
    ]
  }

  /// Takes note of a step, and writes where it is time.
  func note(_ progress: StepProgress) throws {
    self.progress = progress
    if let lastWrite, clock.now - lastWrite < Self.interval { return }
    try write(.running, seconds: progress.seconds)
  }

  /// Replaces the file.
  ///
  /// - Parameter seconds: of the run so far.
  /// - Throws: `FileError` where it cannot be written.
  func write(_ state: RunRecord.State, seconds: Double) throws {
    lastWrite = clock.now
    try AtomicFile.write(text(state, seconds: seconds, now: Date()), to: path)
  }

  func text(_ state: RunRecord.State, seconds: Double, now: Date) -> String {
    var text = PrometheusText(labels: labels)
    let last = metrics.last
    let lastEpoch = metrics.last { $0.phase != .prune }
    text.add("dptrain_run_info", .gauge, "The run; always 1.", [(information, 1)])
    text.add(
      "dptrain_run_state", .gauge, "1 for the state that the run is in, 0 for the others.",
      [RunRecord.State.running, .stopped, .finished].map { ([("state", $0.rawValue)], $0 == state ? 1 : 0) })
    text.add(
      "dptrain_run_duration_seconds", .gauge, "Wall-clock time of the run, over all processes that have worked at it.",
      seconds)
    text.add(
      "dptrain_last_update_timestamp_seconds", .gauge, "When this file was written, in seconds since 1970.",
      now.timeIntervalSince1970.rounded())
    text.add(
      "dptrain_steps_total", .counter, "Optimizer steps of the whole run that are done.",
      Double(max(progress?.stepsDone ?? 0, last?.step ?? 0)))
    text.add(
      "dptrain_skipped_steps_total", .counter, "Steps left out because their gradient was not finite.",
      Double(metrics.reduce(0) { $0 + ($1.skippedSteps ?? 0) }))
    if let progress {
      let phase = [("phase", progress.phase.rawValue), ("round", "\(progress.round)")]
      text.add(
        "dptrain_phase_steps", .gauge, "Optimizer steps of the present phase.", [(phase, Double(progress.steps))])
      text.add(
        "dptrain_phase_steps_done", .gauge, "Optimizer steps of the present phase that are done.",
        [(phase, Double(progress.step))])
    }
    text.add("dptrain_learning_rate", .gauge, "Learning rate.", progress?.learningRate ?? lastEpoch?.learningRate)
    text.add(
      "dptrain_images_per_second", .gauge, "Training images a second over all ranks, in the present epoch.",
      progress?.imagesPerSecond ?? lastEpoch?.imagesPerSecond)
    text.add("dptrain_train_loss", .gauge, "Mean training loss of the last epoch.", lastEpoch?.trainLoss)
    text.add(
      "dptrain_train_accuracy_ratio", .gauge, "Share of right predictions in training in the last epoch.",
      lastEpoch?.trainAccuracy)
    text.add("dptrain_test_loss", .gauge, "Loss on the test images, at the last look.", last?.testLoss)
    text.add(
      "dptrain_test_accuracy_ratio", .gauge, "Share of right predictions on the test images, at the last look.",
      last?.testAccuracy)
    text.add(
      "dptrain_sparsity_ratio", .gauge, "Pruned share of the convolution and linear weights.", last?.sparsity)
    text.add(
      "dptrain_exchange_step_seconds", .gauge, "Mean time of a step's exchange in the last epoch, waiting included.",
      lastEpoch?.exchangeSeconds)
    text.add(
      "dptrain_exchange_step_bytes", .gauge, "Bytes that rank 0 sends in a step.",
      lastEpoch?.exchangeBytes.map(Double.init))
    return text.text
  }
}
