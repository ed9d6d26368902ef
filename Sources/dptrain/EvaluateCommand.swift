import ArgumentParser
import Images
import Export
import Inference
import MPI
import Reports
import Text
import Runs
import Training

/// `dptrain evaluate`: a model on the test images.
struct EvaluateCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a model on the test images.")

  @Argument(
    help: "The model: a safetensors file with torchvision's names, or a packed model.", completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR's binary files or an imported data set, or 'synthetic' for the built-in images.",
      valueName: "directory"), completion: .directory)
  var data: String?

  @Option(help: "Images that are computed at once on each rank, from 1 on.")
  var batch: Int = 256

  @Flag(
    help:
      "Average the logits over each image and its mirror image: twice the work, and often some tenths of a percent more."
  )
  var flip = false

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions
  @OptionGroup(title: "Watchdog") var watch: WatchOptions

  var timeout: Double { watch.timeout }

  mutating func validate() throws {
    try TrainingOptions.require(batch >= 1, "--batch must be at least 1")
  }

  func run(on world: Communicator) throws -> Int32 {
    let console = Console(world)
    let data = try world.collectively { try CIFARDataset(DataSource.resolve(option: self.data)) }
    let model = try world.collectively { try InferenceModel(path: self.model, classes: data.classNames.count) }
    let engine = InferenceEngine(model.network)
    let metadata = try world.collectively {
      try ModelMetadata(model.metadata, path: self.model, classes: model.network.classes)
    }
    console.say(data.description)
    console.say("\(self.model): \(model.summary)")
    console.say(engine.summary(model.origin))
    console.say()
    let evaluator = InferenceEvaluator(
      data.test, normalization: metadata.normalization, engine: engine, batch: batch, averagesFlips: flip,
      communicator: world)
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try evaluator.evaluate()
    let seconds = (clock.now - start) / .seconds(1)
    if flip { console.say("logits are means over each image and its mirror image") }
    try console.show(evaluation, classNames: data.classNames)
    console.say("\(Int((Double(data.test.count) / seconds).rounded()).grouped) images/s")
    return 0
  }
}
