import Images
import MPI
import Networks
import Text
import Training

extension Preflight {
  /// Proves that all ranks have the same program, command and kernels. Collective; the first thing that a command does.
  ///
  /// - Throws: `PreflightError`, on all ranks.
  public static func checkProgram(command: String, _ world: Communicator) throws {
    guard world.size > 1 else { return }
    try proveAgreement(on: try world.collectively { try RankFacts.program(command: command) }, world)
  }

  /// Proves that all ranks have the same images, settings and weights to begin with, and that the disk has room for the run.
  /// Collective; before anything is written.
  ///
  /// - Parameters:
  ///   - rounds: of pruning.
  ///   - network: what the run begins with; nil where it goes on from a checkpoint, which all ranks get from rank 0.
  ///   - path: the run directory.
  /// - Returns: what was found, in words for the user.
  /// - Throws: `PreflightError`, on all ranks.
  public static func checkRun(
    _ configuration: RunConfiguration, policy: RunPolicy, rounds: Int, network: Network? = nil, data: CIFARDataset,
    path: String, _ world: Communicator
  ) throws -> String {
    let clock = ContinuousClock()
    let start = clock.now
    if world.size > 1 {
      let facts = try world.collectively {
        try RankFacts.data(data) + RankFacts.settings(configuration, policy: policy, network: network)
      }
      try proveAgreement(on: facts, world)
    }
    let room: String = try world.collectively {
      guard world.rank == 0 else { return "" }
      let layout = ParameterLayout(configuration.architecture.graph(classes: data.classNames.count))
      let need = DiskNeed(
        layout: layout, rounds: configuration.pruning.prunes ? rounds : 0, keptCheckpoints: policy.keptCheckpoints,
        optimizerSlices: configuration.method.optimizer.slices.count,
        rewinds: configuration.pruning.rewinding?.subject == .weights, averages: configuration.averaging > 0)
      let free = try need.check(path: path)
      return "needs up to \(need.bytes.bytes) of disk" + (free.map { ", \($0.bytes) are free" } ?? "")
    }
    let seconds = (clock.now - start) / .seconds(1)
    let same = world.size > 1 ? "all ranks have the same program, kernels, settings and images; " : ""
    return "checked in \((1e3 * seconds).fixed(0)) ms: \(same)the run \(room)"
  }
}
