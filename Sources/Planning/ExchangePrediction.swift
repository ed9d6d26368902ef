import Training

/// What one exchange of gradients takes on a cluster, by a model of latency and bandwidth.
///
/// The slices of n ranks go to their owners in n − 1 rounds, pair by pair, and come back in n − 1 rounds around a ring (Thakur,
/// Rabenseifner and Gropp, "Optimization of Collective Communication Operations in MPICH", 2005). A round takes at least
/// the latency of its slowest pair. Bytes between nodes pass the node's link, which carries both directions at once; bytes
/// within a node are copied by all of its ranks at once; the slower of the two decides.
///
/// - On the way to the owners, every rank of a node sends to every rank of the others: the link carries a node's share of all
///   slices, `ranksPerNode · (n - ranksPerNode)` of them.
/// - On the way back, the ring enters and leaves each node once: the link carries `n - 1` slices.
public struct ExchangePrediction: Sendable, Equatable {
  /// To bring the slices to their owners, in seconds.
  public let scatter: Double
  /// To add them up.
  public let addition: Double
  /// To bring back what the owners make of them.
  public let gather: Double
  /// To agree on what else happens in a step.
  public let agreement: Double
  /// What a rank sends in one step, in bytes.
  public let bytesSent: Int
  /// What of that and of its neighbours' passes a node's link, in each direction.
  public let linkBytes: Int

  public var seconds: Double { scatter + addition + gather + agreement }

  public init(_ cluster: Cluster, _ method: ExchangeMethod, _ phase: Calibration.Phase, _ calibration: Calibration) {
    let (n, local) = (cluster.ranks, cluster.ranksPerNode)
    guard n > 1 else {
      (scatter, addition, gather, agreement, bytesSent, linkBytes) = (0, 0, 0, 0, 0, 0)
      return
    }
    // The few that are never rounded go to everybody at once, together with the way back.
    let exact = method == .bfloat16 ? phase.exact : 0
    let slice = Double(phase.exchanged - exact) / Double(n)
    let sliceBytes = slice * (method == .bfloat16 ? 2 : 4)
    let others = Double(n - local)
    let message = cluster.nodes > 1 ? cluster.latency : calibration.localMessage

    let outLink = Double(local) * others * sliceBytes
    let outLocal = Double(local - 1) * sliceBytes
    scatter =
      max(outLink / cluster.bandwidth, outLocal * phase.localByte)
      + others * cluster.latency + Double(local - 1) * calibration.localMessage
    addition = (Double(n - 1) * slice + Double(exact * (n - 1))) * calibration.addition
    let back = Double(n - 1) * (sliceBytes + Double(4 * exact))
    gather =
      max(cluster.nodes > 1 ? back / cluster.bandwidth : 0, local > 1 ? back * phase.localByte : 0)
      + Double(n - 1) * message
    agreement = Double(Int.bitWidth - (n - 1).leadingZeroBitCount) * message
    bytesSent = Int(Double(2 * (n - 1)) * sliceBytes) + 4 * exact * (n - 1)
    linkBytes = cluster.nodes > 1 ? Int(outLink + back) : 0
  }
}
