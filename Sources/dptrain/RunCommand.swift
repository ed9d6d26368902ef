import ArgumentParser
import MPI
import Runs
import Training

/// The statuses that mean something to scripts.
enum ExitStatus {
  /// The run is not at its end: resume it.
  static let resume: Int32 = 75
}

/// A command that makes a run, or goes on with one.
protocol RunMakingCommand: RankCommand {
  var request: JobRequest { get }
  var reliability: ReliabilityOptions { get }
  var monitoring: MonitoringOptions { get }
}

extension RunMakingCommand {
  func run(on world: Communicator) throws -> Int32 {
    do {
      return try JobRunner(request, reliability: reliability, monitoring: monitoring, world: world).run()
    } catch let finished as RunFinished {
      let console = Console(world)
      console.announce("\(finished.path) holds a finished run: nothing is left to do")
      if let weights = finished.report.split(separator: "\n").last { console.announce(String(weights)) }
      return 0
    }
  }
}

/// What dense training begins with.
struct StartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Begin with the weights of a model instead of random ones: a safetensors file of torchvision's or pytorch-cifar's \
      state_dict, or one of dptrain's. It decides the architecture. If it tells other classes apart than the data, its \
      classifier is drawn anew.
      """, valueName: "file"))
  var start: String?
}

/// `dptrain run`: the main job.
struct RunCommand: RunMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train, prune, fine-tune and report: the whole job.",
    discussion: """
      Trains a dense network, prunes its smallest weights, fine-tunes what is left, and reports loss, accuracy, a \
      classification report and sparsity before, between and after. Everything lands in the run directory: config.json, \
      metrics.jsonl, dense.safetensors, pruned.safetensors, checkpoints/, report.txt, report.json and report.html, the page to \
      look at, which is kept up to date while the run goes on.
      """)

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Start") var start: StartOptions
  @OptionGroup(title: "Checkpoints and trouble") var reliability: ReliabilityOptions
  @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func validate() throws { try SettingValues(training, pruning).check() }

  var request: JobRequest { places.request(.run, SettingValues(training, pruning), model: start.start) }
}

/// `dptrain train`: dense training alone.
struct TrainCommand: RunMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a dense network and keep it in dense.safetensors.")

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Start") var start: StartOptions
  @OptionGroup(title: "Checkpoints and trouble") var reliability: ReliabilityOptions
  @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func validate() throws { try training.given.check() }

  var request: JobRequest { places.request(.train, training.given, model: start.start) }
}

/// `dptrain prune`: prune and fine-tune a model that is there.
struct PruneCommand: RunMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Prune and fine-tune a model from a file.",
    discussion: "The model is one of dptrain's, or a safetensors file of torchvision's state_dict.")

  @Argument(help: "The model: a safetensors file with torchvision's names.", completion: .file())
  var model: String

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Checkpoints and trouble") var reliability: ReliabilityOptions
  @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  func validate() throws {
    try SettingValues(training, pruning).check()
    try TrainingOptions.require(
      pruning.given["schedule"] == PruningSettings.Schedule.rounds,
      "--schedule cubic prunes while a dense network trains: it is for 'dptrain run', not for a model that is trained")
  }

  var request: JobRequest { places.request(.prune, SettingValues(training, pruning), model: model) }
}

/// `dptrain resume`: go on with a run.
struct ResumeCommand: RunMakingCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a run that was stopped, from its newest checkpoint.",
    discussion: """
      Everything follows from the run directory; the number of ranks may be another one. A run that was stopped anywhere and \
      resumed ends with the same bits as one that was never stopped. Where batch scripts restart a job, give the command that \
      began the run the flag --resume instead: it begins the run the first time.
      """)

  @Argument(help: "The run directory.", completion: .directory)
  var directory: String

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Checkpoints and trouble") var reliability: ReliabilityOptions
  @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions

  var request: JobRequest { JobRequest(settings: nil, output: directory, resumes: true) }
}
