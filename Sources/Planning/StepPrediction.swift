import MPI
import Training

/// What one optimizer step takes on a cluster.
public struct StepPrediction: Sendable, Equatable {
  public let cluster: Cluster
  public let batchSize: Int
  /// The microbatches of one rank.
  public let microbatches: Int
  /// To compute and add up the gradients of the rank's microbatches, in seconds.
  public let gradient: Double
  public let exchange: ExchangePrediction
  /// To apply the rank's part of the sum, in seconds.
  public let update: Double
  /// The time of a step that one rank does alone, at the same speed.
  public let alone: Double
  /// The resident memory of a rank, in bytes.
  public let resident: Int

  public var seconds: Double { gradient + exchange.seconds + update }
  public var imagesPerSecond: Double { Double(batchSize) / seconds }
  /// The share of the ranks' time that one rank alone would need for the same step.
  public var efficiency: Double { alone / (Double(cluster.ranks) * seconds) }

  /// - Parameters:
  ///   - batchSize: over all ranks; of whole microbatches for each.
  ///   - optimizerSlices: the floats that the optimizer keeps for each parameter.
  public init(
    _ cluster: Cluster, batchSize: Int, method: ExchangeMethod, phase: Calibration.Phase, calibration: Calibration,
    optimizerSlices: Int = 1
  ) {
    self.cluster = cluster
    self.batchSize = batchSize
    let n = cluster.ranks
    let all = batchSize / calibration.microbatch
    microbatches = all / n
    let isRounded = method == .bfloat16
    func gradients(_ count: Int) -> Double {
      let sums = ReductionTree(0..<count).additions(inPlace: !isRounded)
      return Double(count) * phase.gradient + Double(sums * phase.exchanged) * calibration.addition
    }
    gradient = gradients(microbatches)
    exchange = ExchangePrediction(cluster, method, phase, calibration)
    // With `tree` each rank updates its slice, otherwise all.
    let owned = method == .tree ? (phase.live + n - 1) / n : phase.live
    update = Double(owned) * phase.update
    alone = gradients(all) + Double(phase.live) * phase.update
    // The calibration had one microbatch a rank.
    let depth = ReductionTree(0..<microbatches).buffers(inPlace: !isRounded) - 1
    let incoming = (n > 1 ? 1 : 0) - (calibration.ranks > 1 ? 1 : 0)
    let calibrated = method == .tree ? (phase.live + calibration.ranks - 1) / calibration.ranks : phase.live
    resident =
      phase.resident + 4 * ((depth + incoming) * phase.exchanged + optimizerSlices * (owned - calibrated))
  }
}
