import Text
import ArgumentParser
import Images
import Runs

/// `dptrain config`: the settings that result from flags, environment and file.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print all settings of a run, resolved, as a configuration file.",
    discussion: """
      Takes the flags of 'dptrain run', a configuration file and variables such as DPTRAIN_BATCH_SIZE as that does, and prints what \
      results: a file for --config that gives the same run again. Settings without a value stand there as comments.

        dptrain config --recipe article --prune 0.95 > article.yaml
        dptrain run --config article.yaml --seed 1
      """)

  @OptionGroup(title: "Configuration") var file: ConfigurationOptions
  @OptionGroup(title: "Places") var places: PlaceOptions
  @OptionGroup(title: "Start") var start: StartOptions
  @OptionGroup(title: "Checkpoints and trouble") var reliability: ReliabilityOptions
  @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions
  @OptionGroup(title: "Pruning") var pruning: PruningOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  func validate() throws { try SettingValues(training, pruning).check() }

  func run() throws {
    let source = DataSource.resolve(option: places.data)
    let settings = SettingValues(training, pruning)
    let configuration = try RunConfiguration(.run, settings, synthetic: source == .synthetic)
    do { try configuration.check() } catch { throw UsageError(description: "\(error)") }
    var values = ["data": source.description, "resume": "\(places.resume)", "timeout": "\(watch.timeout)"]
    values.merge(PruningSettings.words(configuration, settings)) { $1 }
    values.merge(TrainingSettings.words(configuration, settings)) { $1 }
    values.merge(ReliabilitySettings.words(reliability.policy, reliability.given)) { $1 }
    // A flag that is not resolved stands as it was given.
    let given = try CommandSettings.given.get()
    values.merge(given.values) { resolved, _ in resolved }
    print(
      SettingsText.text(CommandSettings.all["config"] ?? [], values: values, origins: given.origins), terminator: "")
  }
}
