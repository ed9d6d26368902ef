import MPI
import Reports
import Runs
import Text
import Training

/// What rank 0 says: on the terminal as it happens, and again in `report.txt`. Other ranks say nothing.
final class Console {
  /// Whether this rank is the one that speaks.
  let speaks: Bool
  /// Compares the run's time with the job's; nil where the job has no end.
  var pace: RunPace?
  /// Where others can see how far this rank is; every rank says that.
  private let activity: CallActivity
  private var bar: ProgressBar
  private let journal: RunJournal

  /// - Parameter journal: where all that is said goes, without progress bars.
  init(_ world: Communicator, journal: RunJournal = RunJournal()) {
    self.journal = journal
    speaks = world.rank == 0
    activity = world.activity
    bar = speaks ? .standardOutput : .silent
  }

  /// Prints a line or several, and keeps them for the report.
  func say(_ text: String = "") {
    guard speaks else { return }
    bar.print(text)
    journal.text += text + "\n"
  }

  /// Prints a line that is not kept for the report, which a run that was resumed shares with one that was not.
  func announce(_ text: String) {
    guard speaks else { return }
    bar.print(text)
  }

  func warned(_ message: String) { announce("warning: \(message)") }

  /// Prints a heading with a line below it.
  func head(_ title: String) {
    say()
    say(title)
    say(String(repeating: "═", count: title.count))
  }

  func phaseBegan(_ start: PhaseStart) {
    activity.begin(
      work: start.phase == .dense
        ? "dense training" : "fine-tuning" + (start.rounds > 1 ? ", round \(start.round)" : ""))
    let numbers = start.numbers
    guard numbers.epochs > 0 else { return }
    let title =
      start.phase == .dense
      ? (start.isGradual ? "Training with gradual pruning" : "Dense training")
      : (start.rewinds ? "Training again from epoch \(numbers.skippedEpochs) on" : "Fine-tuning")
        + (start.rounds > 1 ? ", round \(start.round) of \(start.rounds)" : "")
    head("\(title): \(numbers.epochs.counted("epoch"))")
    say("learning rate \(numbers.learningRate.significant(3)), \(numbers.schedule); \(start.steps.grouped) steps")
    say()
  }

  func stepEnded(_ progress: StepProgress) {
    activity.note(steps: progress.step)
    guard speaks else { return }
    if let note = pace?.note(step: progress.step, of: progress.phase, round: progress.round, at: now) { announce(note) }
    // Each step counts, also those at which the bar shows nothing.
    let left = timeLeft(progress)
    bar.show(
      Progress(
        label: "\(progress.phase.rawValue) \(progress.epoch)/\(progress.epochs)", step: progress.step,
        steps: progress.steps, imagesPerSecond: progress.imagesPerSecond, loss: Double(progress.loss),
        learningRate: progress.learningRate, timeLeft: left))
  }

  private let clock = ContinuousClock()
  private let began = ContinuousClock().now
  /// The seconds since the console was made.
  var now: Double { (clock.now - began) / .seconds(1) }

  /// The pace of the present phase.
  private var stepPace: (phase: MetricsRecord.Phase, round: Int, steps: StepPace)?

  private func timeLeft(_ progress: StepProgress) -> Duration? {
    if stepPace?.phase != progress.phase || stepPace?.round != progress.round {
      let epoch = progress.steps / max(1, progress.epochs)
      stepPace = (progress.phase, progress.round, StepPace(after: progress.step, at: now, window: epoch))
    }
    return stepPace?.steps.timeLeft(after: progress.step, of: progress.steps, at: now).map { .seconds($0) }
  }

  func epochEnded(_ record: MetricsRecord, epochs: Int) {
    let width = String(epochs).count
    let number = String(repeating: " ", count: width - String(record.epoch).count) + String(record.epoch)
    var text = "epoch \(number)/\(epochs)"
    if let loss = record.trainLoss, let accuracy = record.trainAccuracy {
      text += "   training loss \(loss.fixed(4))  accuracy \(accuracy.percent())"
    }
    text += "   test loss \(record.testLoss.fixed(4))  accuracy \(record.testAccuracy.percent())"
    if let speed = record.imagesPerSecond { text += "   \(Int(speed.rounded()).grouped) images/s" }
    say(text)
  }
}
