import CMachine
import Foundation
import Training

/// The signals that ask a run to stop: their handlers do no more than to remember them.
public enum StopSignals {
  /// From now on SIGTERM, SIGINT and SIGUSR1 are remembered. A second SIGINT ends the process at once, with status 130.
  public static func listen() { stop_signals_listen() }

  /// The first signal that has come.
  public static var received: StepRequests {
    switch stop_signals_received() {
    case SIGTERM: .terminate
    case SIGINT: .interrupt
    case SIGUSR1: .user
    default: []
    }
  }
}
