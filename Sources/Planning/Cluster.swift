/// The machines that a run is planned for: equal nodes with equal links.
public struct Cluster: Sendable, Equatable, Codable {
  public let nodes: Int
  /// Ranks on each node, numbered node by node, as Open MPI places them unless it is told otherwise.
  public let ranksPerNode: Int
  /// What a node's link carries in each direction, in bytes a second: what one stream reaches, not what the port is called.
  public let bandwidth: Double
  /// From a send on one node to its receipt on another, in seconds.
  public let latency: Double

  public init(nodes: Int, ranksPerNode: Int, bandwidth: Double, latency: Double) {
    self.nodes = nodes
    self.ranksPerNode = ranksPerNode
    self.bandwidth = bandwidth
    self.latency = latency
  }

  /// Ranks on all nodes.
  public var ranks: Int { nodes * ranksPerNode }

  /// The parts of it that a run may also use, each twice the one before: 1, 2, 4 … ranks of a node, then 2, 4 … nodes, and
  /// the whole.
  public var parts: [Cluster] {
    func doubling(to end: Int) -> [Int] {
      Array(sequence(first: 1) { $0 * 2 < end ? $0 * 2 : nil }) + (end > 1 ? [end] : [])
    }
    return doubling(to: ranksPerNode).map { part(nodes: 1, ranksPerNode: $0) }
      + doubling(to: nodes).dropFirst().map { part(nodes: $0, ranksPerNode: ranksPerNode) }
  }

  private func part(nodes: Int, ranksPerNode: Int) -> Cluster {
    Cluster(nodes: nodes, ranksPerNode: ranksPerNode, bandwidth: bandwidth, latency: latency)
  }
}
