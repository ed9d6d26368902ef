import Networks
import Pruning
import Training

/// A moment at which a run looks at its network.
public struct RunMoment {
  public enum Kind: String, Sendable, Codable {
    /// Trained, and nothing pruned in this run.
    case dense
    /// Right before the first pruning of a network that is pruned while it trains.
    case unpruned
    /// What gradual pruning has left at the end of training.
    case gradual
    /// Right after a round's pruning.
    case pruned
    /// At the end of a round.
    case finetuned
  }

  public let kind: Kind
  /// Such as `pruned, round 1 of 2`.
  public let name: String
  /// The round of pruning, from 1; 0 before.
  public let round: Int
  public let rounds: Int
  /// Whether this is the end of a run that only trains.
  public let isTrained: Bool
  /// Whether the run prunes while it trains.
  public let isGradual: Bool
  /// The optimizer steps of the whole run that are done.
  public let step: Int
  /// The seconds of the run that are over.
  public let seconds: Double
  /// On the test images.
  public let evaluation: Evaluation
  public let place: Workplace
  /// What has just been pruned.
  public let pruning: PruningResult?
}

/// The end of a run.
public struct RunEnding {
  public let state: RunState
  /// The wall-clock seconds of the run, over all processes that have worked at it.
  public let seconds: Double
  public let place: Workplace
  /// How fast the network infers; nil where nobody measured.
  public internal(set) var speed: InferenceSpeed?
  /// The bytes of the pruned model as a packed file of 32-bit numbers; nil where there is none, or nobody measured.
  public internal(set) var packedBytes: Int?
}
