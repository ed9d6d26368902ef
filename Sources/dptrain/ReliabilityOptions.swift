import ArgumentParser
import Runs
import Training

extension RunPolicy.NonFinite: ExpressibleByArgument {}

/// The statuses that mean something to scripts.
enum ExitStatus {
  /// The run is not at its end: resume it.
  static let resume: Int32 = 75
}

/// What to do against loss and trouble.
struct ReliabilityOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write a checkpoint every so many optimizer steps.", valueName: "steps"))
  var checkpointSteps: Int?

  @Option(help: ArgumentHelp("Write a checkpoint every so many minutes; 0 never.", valueName: "minutes"))
  var checkpointMinutes: Double = 5

  @Option(help: ArgumentHelp("How many of the newest checkpoints to keep, besides the best one.", valueName: "count"))
  var keepCheckpoints: Int = 3

  @Option(
    help: ArgumentHelp(
      "Stop with status 75 after so many optimizer steps of this process, with a checkpoint.", valueName: "steps"))
  var stopAfterSteps: Int?

  @Option(help: "What to do about a loss or gradient that is not finite: stop, or skip the step.")
  var onNonfinite: RunPolicy.NonFinite = .stop

  @Option(
    help: ArgumentHelp("Compare the ranks' weights every so many steps; 0 at checkpoints only.", valueName: "steps"))
  var verifyEvery: Int = 500

  @Option(
    help: ArgumentHelp(
      "Under Slurm: requeue the own job when a signal stops it, at most so many times; 0 never.", valueName: "times"))
  var requeue: Int = 0

  mutating func validate() throws {
    try TrainingOptions.require(requeue >= 0, "--requeue must not be negative")
    try TrainingOptions.require(checkpointSteps.map { $0 >= 1 }, "--checkpoint-steps must be at least 1")
    try TrainingOptions.require(
      checkpointMinutes >= 0 && checkpointMinutes.isFinite, "--checkpoint-minutes must not be negative")
    try TrainingOptions.require(1...1_000_000 ~= keepCheckpoints, "--keep-checkpoints must be from 1 to 1000000")
    try TrainingOptions.require(stopAfterSteps.map { $0 >= 1 }, "--stop-after-steps must be at least 1")
    try TrainingOptions.require(verifyEvery >= 0, "--verify-every must not be negative")
  }

  var policy: RunPolicy {
    var policy = RunPolicy()
    policy.checkpointSteps = checkpointSteps
    policy.checkpointMinutes = checkpointMinutes
    policy.keptCheckpoints = keepCheckpoints
    policy.stopAfterSteps = stopAfterSteps
    policy.onNonFinite = onNonfinite
    policy.verifySteps = verifyEvery
    return policy
  }
}
