import MPI

/// What ranks ask for at the end of a step. They tell each other in every step, so that all do the same at the same time.
public struct StepRequests: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The gradient of this rank's slice is not finite.
  public static let nonFinite = StepRequests(rawValue: 1)
  /// The time has come for a checkpoint.
  public static let checkpoint = StepRequests(rawValue: 1 << 1)
  /// SIGTERM has come.
  public static let terminate = StepRequests(rawValue: 1 << 2)
  /// SIGINT has come.
  public static let interrupt = StepRequests(rawValue: 1 << 3)
  /// SIGUSR1 has come.
  public static let user = StepRequests(rawValue: 1 << 4)

  private static let signals: [(StepRequests, name: String)] = [
    (.terminate, "SIGTERM"), (.interrupt, "SIGINT"), (.user, "SIGUSR1"),
  ]

  /// The name of the signal that asks to stop, nil where none has come.
  public var signalName: String? { Self.signals.first { contains($0.0) }?.name }

  /// What any rank asks for. Collective.
  package func united(_ communicator: Communicator) throws(MPIError) -> StepRequests {
    guard communicator.size > 1 else { return self }
    return StepRequests(rawValue: try communicator.allReduce(rawValue, .bitwiseOr))
  }
}
