import Training
import Images
import Networks
import Pruning
import Training

/// What follows from a run's settings once data and ranks are known: worked out once, before anything is written.
public struct RunOutline: Sendable {
  /// How the images fall into steps.
  public let plan: BatchPlan
  /// What each round prunes.
  public let requests: [PruneRequest]
  /// What the run does, one after the other.
  public let stages: [RunStage]

  /// - Throws: `BatchPlanError` or `PruningError` where the configuration does not fit the data, the ranks or the network.
  public init(_ configuration: RunConfiguration, data: CIFARDataset, ranks: Int) throws {
    plan = try configuration.plan(data: data, ranks: ranks)
    let layout = ParameterLayout(configuration.architecture.graph(classes: data.classNames.count))
    requests = try configuration.pruning.requests(layout: layout, seed: configuration.seed)
    stages = RunStage.all(configuration, rounds: requests.count)
  }
}

extension RunConfiguration {
  /// How the images fall into steps.
  public func plan(data: CIFARDataset, ranks: Int) throws(BatchPlanError) -> BatchPlan {
    try BatchPlan(
      imageCount: min(trainingImages ?? .max, data.training.count), batchSize: batchSize, microbatch: microbatch,
      rankCount: ranks)
  }
}
