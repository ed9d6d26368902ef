/// What to do against loss and trouble: the flags of ``RunPolicy``.
public enum ReliabilitySettings: SettingGroup {
  @SettingList public static var settings: [SettingDeclaration<RunPolicy>] {
    Declaration(
      "checkpoint-steps", optional: \.checkpointSteps, value: "steps", in: .atLeast(1),
      help: "Write a checkpoint every so many optimizer steps.")
    Declaration(
      "checkpoint-minutes", \.checkpointMinutes, standard: RunPolicy().checkpointMinutes, value: "minutes",
      in: .notNegative, help: "Write a checkpoint every so many minutes; 0 never.")
    Declaration(
      "keep-checkpoints", \.keptCheckpoints, standard: RunPolicy().keptCheckpoints, value: "count",
      in: .within(1...1_000_000), help: "How many of the newest checkpoints to keep, besides the best one.")
    Declaration(
      "stop-after-steps", optional: \.stopAfterSteps, value: "steps", in: .atLeast(1),
      help: "Stop with status 75 after so many optimizer steps of this process, with a checkpoint.")
    Declaration(
      "on-nonfinite", \.onNonFinite, standard: RunPolicy().onNonFinite,
      help: "What to do about a loss or gradient that is not finite: stop, or skip the step.")
    Declaration(
      "verify-every", \.verifySteps, standard: RunPolicy().verifySteps, value: "steps", in: .atLeast(0),
      help: "Compare the ranks' weights every so many steps; 0 at checkpoints only.")
    Declaration(
      "requeue", Int.self, standard: 0, value: "times", in: .atLeast(0),
      help: "Under Slurm: requeue the own job when a signal stops it, at most so many times; 0 never.")
  }
}

extension RunPolicy.NonFinite: SettingValue {}
