import MPI

/// What a rank's watchdog says of its rank.
public struct RankStatus: Sendable, Equatable, Codable {
  /// Whether the rank is in an MPI call.
  public var isInCall: Bool
  /// The call that goes on or was the last one; empty before the first.
  public var routine: String
  /// For how long the rank has been in the call, or out of it, in seconds in which it could run.
  public var seconds: Double
  /// The part of the work that goes on, such as `dense training`; empty before the first.
  public var work: String
  /// The steps of it that are done.
  public var steps: Int

  public init(isInCall: Bool, routine: String, seconds: Double, work: String, steps: Int) {
    self.isInCall = isInCall
    self.routine = routine
    self.seconds = seconds
    self.work = work
    self.steps = steps
  }

  init(_ sample: CallActivity.Sample, seconds: Double, progress: (work: String, steps: Int)) {
    self.init(
      isInCall: sample.isInCall, routine: sample.routine, seconds: seconds, work: progress.work, steps: progress.steps)
  }

  /// Where in the program the rank is, as in `after step 16 of dense training`.
  package var place: String {
    guard !work.isEmpty else { return "before the first step" }
    return steps == 0 ? "before the first step of \(work)" : "after step \(steps) of \(work)"
  }
}
