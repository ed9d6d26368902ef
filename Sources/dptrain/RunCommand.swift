import ArgumentParser
import MPI
import Training

/// `dptrain run`: the main job.
struct RunCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train, prune, fine-tune and report: the whole job.",
    discussion: """
      Trains a dense network, prunes its smallest weights, fine-tunes what is left, and reports loss, accuracy, a \
      classification report and sparsity before, between and after. Everything lands in the run directory: config.json, \
      metrics.jsonl, dense.safetensors, pruned.safetensors, checkpoints/ and report.txt.
      """)

  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func run(on world: Communicator) throws -> Int32 {
    let runner = try JobRunner(training: training, pruning: pruning, places: places, world: world)
    try runner.job.trainDense()
    if runner.job.isGradual { try runner.finishGradual() } else { try runner.prune() }
    return 0
  }
}

/// `dptrain train`: dense training alone.
struct TrainCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a dense network and keep it in dense.safetensors.")

  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func run(on world: Communicator) throws -> Int32 {
    try JobRunner(training: training, pruning: nil, places: places, world: world).train()
    return 0
  }
}

/// `dptrain prune`: prune and fine-tune a model that is there.
struct PruneCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Prune and fine-tune a model from a file.",
    discussion: "The model is one of dptrain's, or a safetensors file of torchvision's state_dict.")

  @Argument(help: "The model: a safetensors file with torchvision's names.")
  var model: String

  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func validate() throws {
    try TrainingOptions.require(
      pruning.schedule == .rounds,
      "--schedule cubic prunes while a dense network trains: it is for 'dptrain run', not for a model that is trained")
  }

  func run(on world: Communicator) throws -> Int32 {
    try JobRunner(training: training, pruning: pruning, places: places, model: model, world: world).prune()
    return 0
  }
}
