/// What a run does against loss and trouble. None of it changes the result of a run that meets no trouble, so a run may be
/// resumed with other settings.
public struct RunPolicy: Sendable, Equatable {
  /// What to do about a loss or gradient that is not finite.
  public enum NonFinite: String, Sendable, CaseIterable {
    /// End the run.
    case stop
    /// Leave the step out: weights and momentum stay as they are.
    case skip
  }

  /// Optimizer steps between two checkpoints; nil for none by steps.
  public var checkpointSteps: Int?
  /// Minutes between two checkpoints; 0 for none by time.
  public var checkpointMinutes = 5.0
  /// How many of the newest checkpoints to keep.
  public var keptCheckpoints = 3
  /// Stop after so many steps of this process; nil for never.
  public var stopAfterSteps: Int?
  public var onNonFinite = NonFinite.stop
  /// Compare the weights of all ranks every so many steps; 0 for at checkpoints only.
  public var verifySteps = 500

  public init() {}
}
