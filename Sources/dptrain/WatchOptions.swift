import ArgumentParser
import Watchdog

/// What to do about ranks that keep the others waiting.
struct WatchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How long a rank may wait for another. Then the job ends with status \(JobWatchdog.exitStatus) and a message that names \
      the rank that is missing, its host, the MPI call and the step. 0: for ever.
      """, valueName: "seconds"))
  var timeout: Double = WatchOptions.defaultTimeout

  static let defaultTimeout = 300.0

  func validate() throws {
    try TrainingOptions.require(
      timeout >= 0 && timeout.isFinite, "--timeout must be a number of seconds, or 0 to wait for ever")
  }
}
