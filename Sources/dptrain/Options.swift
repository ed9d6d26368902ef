import ArgumentParser
import Images
import Runs

/// Where images come from and results go.
struct PlaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR's binary files or an imported data set, or 'synthetic' for the built-in images.",
      valueName: "directory"),
    completion: .directory)
  var data: String?

  @Option(
    help: ArgumentHelp("Where everything the run makes goes (default: runs/<time>-<arch>).", valueName: "directory"),
    completion: .directory)
  var output: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Go on with the run in --output from its newest checkpoint that verifies; begin it where there is none.")
  var resume = false

  mutating func validate() throws {
    try TrainingOptions.require(!resume || output != nil, "--resume needs --output, the directory of the run")
  }

  /// What a command asks for.
  func request(_ kind: RunKind, _ given: SettingValues, model: String? = nil) -> JobRequest {
    JobRequest(settings: .init(kind: kind, given: given, data: data, model: model), output: output, resumes: resume)
  }
}

extension SettingValues {
  /// What the flags of training and pruning say together.
  init(_ training: TrainingOptions, _ pruning: PruningOptions) { self = training.given.merging(pruning.given) }

  /// - Throws: `ValidationError` where the flags of training and pruning contradict each other.
  func check() throws {
    try TrainingOptions.validate { () throws(SettingProblem) in try TrainingSettings.checkSchedules(self) }
  }
}
