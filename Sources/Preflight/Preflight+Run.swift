import CIFAR
import MPI
import NeuralNetwork
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
  ///   - network: what the run begins with.
  ///   - path: the run directory.
  ///   - keptCheckpoints: how many stay.
  ///   - others: more of which all ranks must have the same.
  /// - Throws: `PreflightError`, on all ranks.
  public static func checkRun(
    _ configuration: RunConfiguration, network: Network, data: CIFARDataset, path: String, keptCheckpoints: Int,
    others: [RankFacts.Fact] = [], _ world: Communicator
  ) throws {
    if world.size > 1 {
      let facts = try world.collectively {
        try RankFacts.data(data) + RankFacts.settings(configuration, network: network, others: others)
      }
      try proveAgreement(on: facts, world)
    }
    try world.collectively {
      guard world.rank == 0 else { return }
      let layout = ParameterLayout(network.architecture.graph(classes: network.classes))
      let rounds = configuration.pruning.prunes ? try configuration.pruning.requests(layout: layout, seed: 0).count : 0
      try DiskNeed(layout: layout, rounds: rounds, keptCheckpoints: keptCheckpoints).check(path: path)
    }
  }
}
