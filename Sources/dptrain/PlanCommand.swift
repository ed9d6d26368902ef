import Text
import ArgumentParser
import Images
import Formats
import Foundation
import MPI
import Networks
import Planning
import Pruning
import Runs
import Training

/// `dptrain plan`: what a run would take on a cluster.
struct PlanCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Predict a run's step time, scaling, memory and duration on a cluster.",
    discussion: """
      Measures a few steps here, dense and pruned, and works out from them and from the links what the run with these flags \
      takes on so many nodes, and on parts of them. Start it on one node as the run will be started there, such as \
      `\(MPIImplementation.current.launcher) -n 8 dptrain plan --nodes 16 --bandwidth 10Gbit --latency 30us --prune 0.98`: \
      what a node's ranks take from each other is then in the figures. A new network prunes otherwise than a trained one; \
      --model gives the figures of yours. \
      docs/scaling.md has the model, its checks, and where runs stop scaling.
      """)

  @Option(help: "The nodes to plan for.")
  var nodes: Int = 1

  @Option(help: "Ranks on each node (default: as many as measure here).")
  var ranksPerNode: Int?

  @Option(
    help: ArgumentHelp(
      "What a node's link carries in each direction, as a stream measures it: 10Gbit, 940Mbit, 1.2GB.",
      valueName: "rate"))
  var bandwidth = Bandwidth.common

  @Option(help: ArgumentHelp("From a send to its receipt on another node: 30us, 1.5us, 0.1ms.", valueName: "time"))
  var latency = Latency.common

  @Flag(help: "Let the batch grow with the ranks: --batch-size is then that of one node.")
  var growBatch = false

  @Option(help: "A trained model: its own survivors where it is pruned, otherwise its own ranking of weights.")
  var model: String?

  @Option(help: ArgumentHelp("Take a calibration from a file and measure nothing.", valueName: "file"))
  var calibration: String?

  @Option(help: ArgumentHelp("Keep the calibration in a file, to plan with elsewhere.", valueName: "file"))
  var keepCalibration: String?

  @Flag(help: "Print the figures as JSON: seconds, bytes and shares.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR-10's binary files, or 'synthetic' for the built-in images.", valueName: "directory"))
  var data: String?

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions

  mutating func validate() throws {
    try SettingValues(training, pruning).check()
    try TrainingOptions.require(1...1_000_000 ~= nodes, "--nodes must be from 1 to 1000000")
    try TrainingOptions.require(ranksPerNode.map { 1...100_000 ~= $0 }, "--ranks-per-node must be from 1 to 100000")
    try TrainingOptions.require(
      calibration == nil || (keepCalibration == nil && model == nil),
      "--calibration measures nothing: leave out --keep-calibration and --model")
  }

  func run(on world: Communicator) throws -> Int32 {
    let source = DataSource.resolve(option: data)
    let images = try world.collectively { try CIFARDataset(source, holdingOut: training.given["holdout"]) }
    let settings = JobRequest.Settings(
      kind: model == nil ? .run : .prune, given: SettingValues(training, pruning), data: data, model: model)
    var configuration = try world.collectively { try settings.configuration(source, images) }
    let network = try world.collectively { try start(configuration, classes: images.classNames.count) }
    configuration.architecture = network.architecture
    let measured = try calibrate(&configuration, network, images, world)
    guard world.rank == 0 else { return 0 }
    if let keepCalibration { try AtomicFile.write(try measured.json, to: keepCalibration) }
    let report = try report(measured, configuration, network.layout, images)
    if json { try printJSON(report.json) } else { print(report.text, terminator: "") }
    return 0
  }

  private func start(_ configuration: RunConfiguration, classes: Int) throws -> Network {
    if let model { return try Network(path: model, classes: classes) }
    let network = Network(configuration.architecture, classes: classes)
    network.initialize(seed: configuration.seed)
    return network
  }

  private func calibrate(
    _ configuration: inout RunConfiguration, _ network: Network, _ images: CIFARDataset, _ world: Communicator
  ) throws -> Calibration {
    guard let calibration else { return try .measure(configuration, network, data: images, world) }
    return try world.collectively {
      let kept = try Calibration(path: calibration)
      for (setting, found, expected) in [
        ("--arch", kept.architecture, configuration.architecture.rawValue),
        ("--microbatch", "\(kept.microbatch)", "\(configuration.microbatch)"),
      ] where found != expected {
        throw PlanError.differs(path: calibration, setting: setting, found: found, expected: expected)
      }
      return kept
    }
  }

  private func report(
    _ calibration: Calibration, _ configuration: RunConfiguration, _ layout: ParameterLayout, _ images: CIFARDataset
  ) throws -> PlanReport {
    let whole = Cluster(
      nodes: nodes, ranksPerNode: ranksPerNode ?? calibration.ranks, bandwidth: bandwidth.perSecond,
      latency: latency.seconds)
    let densities = try EpochDensities(configuration, layout: layout, sparsity: calibration.sparsity)
    let trainingImages = min(configuration.trainingImages ?? .max, images.training.count)
    let rows = whole.parts.map { part in
      let batchSize = configuration.batchSize * (growBatch ? part.nodes : 1)
      do {
        _ = try BatchPlan(
          imageCount: trainingImages, batchSize: batchSize, microbatch: configuration.microbatch, rankCount: part.ranks)
      } catch { return PlanReport.Row(cluster: part, batchSize: batchSize, plan: nil, problem: "\(error)") }
      let plan = RunPlan(
        part, batchSize: batchSize, method: configuration.exchange, calibration: calibration,
        trainingImages: trainingImages, testImages: images.test.count, densities: densities,
        optimizerSlices: configuration.method.optimizer.slices.count)
      return PlanReport.Row(cluster: part, batchSize: batchSize, plan: plan)
    }
    return PlanReport(calibration: calibration, method: configuration.exchange, rows: rows)
  }
}
