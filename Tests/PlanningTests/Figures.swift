import Planning

/// Round figures that predictions can be worked out from by hand.
enum Figures {
  static let dense = Calibration.Phase(
    gradient: 0.040, forward: 0.012, update: 2e-9, localByte: 1e-9, exchanged: 1_000_000, exact: 2, live: 900_000,
    resident: 200_000_000)
  static let sparse = Calibration.Phase(
    gradient: 0.010, forward: 0.002, update: 2e-9, localByte: 1e-9, exchanged: 100_000, exact: 2, live: 90_000,
    resident: 120_000_000)
  static let calibration = Calibration(
    processor: "some CPU", ranks: 2, architecture: "resnet18", microbatch: 64, dense: dense, sparse: sparse,
    sparsity: 0.9, addition: 1e-9, localMessage: 1e-6, selection: 0.5)

  static func cluster(_ nodes: Int, _ ranksPerNode: Int) -> Cluster {
    Cluster(nodes: nodes, ranksPerNode: ranksPerNode, bandwidth: 1e8, latency: 1e-4)
  }
}

/// Whether two times are the same but for rounding.
func isClose(_ found: Double, _ expected: Double) -> Bool {
  abs(found - expected) <= 1e-9 * max(abs(found), abs(expected))
}
