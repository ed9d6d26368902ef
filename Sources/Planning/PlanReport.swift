import Foundation
import MPI
import Text
import Training

/// A plan in words: the whole cluster's steps in full, and below what its parts would take.
public struct PlanReport: Sendable {
  /// A part of the cluster, and what the run takes there.
  public struct Row: Sendable {
    public let cluster: Cluster
    public let batchSize: Int
    /// nil where the ranks cannot share the batch.
    public let plan: RunPlan?
    /// Why not.
    public let problem: String?

    public init(cluster: Cluster, batchSize: Int, plan: RunPlan?, problem: String? = nil) {
      self.cluster = cluster
      self.batchSize = batchSize
      self.plan = plan
      self.problem = problem
    }
  }

  public let calibration: Calibration
  public let method: ExchangeMethod
  /// The last is the whole cluster.
  public let rows: [Row]

  public init(calibration: Calibration, method: ExchangeMethod, rows: [Row]) {
    self.calibration = calibration
    self.method = method
    self.rows = rows
  }

  public var text: String {
    guard let whole = rows.last, let plan = whole.plan else { return heading + "\n" + scaling }
    return [heading, steps(plan), time(plan), scaling].joined(separator: "\n")
  }

  private var pruned: String { "\(calibration.sparsity.briefPercent()) pruned" }

  private var heading: String {
    let cluster = rows.last?.cluster
    let ranks = calibration.ranks.counted("rank", "ranks at once")
    var text = "\(calibration.architecture) on \(cluster.map(Self.describe) ?? "no cluster")\n"
    text += "calibrated on \(calibration.processor), \(ranks): a microbatch of \(calibration.microbatch) takes "
    text +=
      Self.time(calibration.dense.gradient) + (calibration.sparse.map { ", \(pruned) \(Self.time($0.gradient))" } ?? "")
    text += "\n"
    if let cluster, cluster.ranksPerNode > calibration.ranks {
      text +=
        "note: a node's \(cluster.ranksPerNode) ranks take memory bandwidth from each other, and \(calibration.ranks) measured "
        + "here: start it by '\(MPIImplementation.current.launcher) -n \(cluster.ranksPerNode)' on one node\n"
    }
    return text
  }

  private func steps(_ plan: RunPlan) -> String {
    let columns = [("dense", plan.dense)] + (plan.sparse.map { [(pruned, $0)] } ?? [])
    var table = Table([("one step", .left)] + columns.map { ($0.0, .right) })
    func add(_ name: String, _ text: (StepPrediction) -> String) { table.add([name] + columns.map { text($0.1) }) }
    add("time") { Self.time($0.seconds) }
    add("  gradient") { Self.time($0.gradient) }
    add("  exchange") { Self.time($0.exchange.seconds) }
    add("  update") { Self.time($0.update) }
    add("images a second") { Int($0.imagesPerSecond.rounded()).grouped }
    add("scaling efficiency") { $0.efficiency.percent(1) }
    add("share of exchange") { ($0.exchange.seconds / $0.seconds).percent(1) }
    add("sent by a rank") { $0.exchange.bytesSent.bytes }
    add("through a node's link") { $0.exchange.linkBytes.bytes }
    add("memory of a rank") { $0.resident.bytes }
    return table.text
  }

  private func time(_ plan: RunPlan) -> String {
    var parts: [String] = []
    if plan.denseSeconds > 0 { parts.append("dense training \(Duration.seconds(plan.denseSeconds).brief)") }
    if plan.sparseSeconds > 0 { parts.append("pruning and fine-tuning \(Duration.seconds(plan.sparseSeconds).brief)") }
    return "the run: \(Duration.seconds(plan.seconds).brief)"
      + (parts.count > 1 ? " (\(parts.joined(separator: ", ")))" : "") + ", evaluation included\n"
  }

  private var scaling: String {
    let isPruned = calibration.sparse != nil
    var table = Table(
      [
        ("\nnodes", .right), ("\nranks", .right), ("\nbatch", .right), ("dense\nstep", .right), ("\nimages/s", .right),
        ("\nefficiency", .right),
      ] + (isPruned ? [("\(pruned)\nstep", .right), ("\nimages/s", .right), ("\nefficiency", .right)] : [])
        + [("\nrun", .right)])
    for row in rows {
      let start = [row.cluster.nodes, row.cluster.ranks, row.batchSize].map { $0.grouped }
      guard let plan = row.plan else {
        table.add(start + ["—"])
        continue
      }
      let steps = [plan.dense] + (plan.sparse.map { [$0] } ?? [])
      table.add(
        start
          + steps.flatMap {
            [Self.time($0.seconds), Int($0.imagesPerSecond.rounded()).grouped, $0.efficiency.percent(1)]
          } + [Duration.seconds(plan.seconds).brief])
    }
    let first = rows.first { $0.plan == nil }
    return table.text
      + (first.map { "—: on \($0.cluster.ranks.grouped) ranks, \($0.problem ?? "the batch does not divide")\n" } ?? "")
  }

  private static func describe(_ cluster: Cluster) -> String {
    let ranks = cluster.ranks.counted("rank")
    guard cluster.nodes > 1 else { return "one node, \(ranks)" }
    return "\(cluster.nodes) nodes of \(cluster.ranksPerNode), \(ranks); links of "
      + "\((8 * cluster.bandwidth / 1e9).significant(4)) Gbit/s, \((1e6 * cluster.latency).significant(4)) µs"
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 0.9995 ? "\((1e3 * seconds).fixed(seconds < 0.0995 ? 2 : 1)) ms" : "\(seconds.fixed(2)) s"
  }
}

extension PlanReport {
  /// The same figures for programs: seconds, bytes, shares.
  public var json: [String: Any] {
    func step(_ step: StepPrediction) -> [String: Any] {
      [
        "step_seconds": step.seconds, "gradient_seconds": step.gradient, "exchange_seconds": step.exchange.seconds,
        "update_seconds": step.update, "images_per_second": step.imagesPerSecond, "efficiency": step.efficiency,
        "exchange_bytes": step.exchange.bytesSent, "link_bytes": step.exchange.linkBytes,
        "resident_bytes": step.resident,
      ]
    }
    return [
      "architecture": calibration.architecture, "microbatch": calibration.microbatch, "exchange": method.rawValue,
      "sparsity": calibration.sparsity,
      "clusters": rows.map { row in
        var entry: [String: Any] = [
          "nodes": row.cluster.nodes, "ranks": row.cluster.ranks, "batch_size": row.batchSize, "fits": row.plan != nil,
        ]
        guard let plan = row.plan else { return entry }
        entry["dense"] = step(plan.dense)
        if let sparse = plan.sparse { entry["sparse"] = step(sparse) }
        entry["run_seconds"] = plan.seconds
        return entry
      },
    ]
  }
}
