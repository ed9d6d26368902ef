import ArgumentParser
import Images
import Networks
import Pruning
import Runs
import Training

extension Architecture: ExpressibleByArgument {}
extension Recipe: ExpressibleByArgument {}
extension Augmentation.Flips: ExpressibleByArgument {}
extension ExchangeMethod: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension PruneScope: ExpressibleByArgument {}
extension PruneScore: ExpressibleByArgument {}

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
  func request(
    _ kind: RunKind, _ training: TrainingOptions, _ pruning: PruningOptions?, model: String? = nil
  ) -> JobRequest {
    JobRequest(
      settings: .init(kind: kind, training: training, pruning: pruning, data: data, model: model), output: output,
      resumes: resume)
  }
}

/// The words of `--learning-rate-schedule`.
enum ScheduleName: String, CaseIterable, ExpressibleByArgument {
  case constant
  case multiStep = "multi-step"
  case cosine
  case oneCycle = "one-cycle"
}

/// How to train.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: """
      The settings to start from; every flag below changes one: quick (32 + 20 epochs, 20 + 10 of the synthetic images) or \
      article (200 + 200).
      """)
  var recipe: Recipe = .quick

  @Option(help: "The network: \(Architecture.all.map { "\($0) (\($0.summary))" }.joined(separator: ", ")).")
  var arch: Architecture = .resnet18

  @Option(help: "Epochs of dense training.")
  var epochs: Int?

  @Option(help: "Images per optimizer step over all ranks.")
  var batchSize: Int?

  @Option(help: "Images per forward and backward pass and batch-norm statistic, a multiple of 16 (recipes: 64).")
  var microbatch: Int?

  @Option(help: "Largest learning rate of dense training (quick: 0.6, or 0.1 on the synthetic set's short epochs).")
  var learningRate: Double?

  @Option(help: "Learning-rate schedule of dense training: constant, multi-step, cosine or one-cycle.")
  var learningRateSchedule: ScheduleName?

  @Option(help: "Share of the steps in which one-cycle rises to its peak, in (0, 1).")
  var rise: Double?

  @Option(
    help: ArgumentHelp(
      "Share of the peak at which one-cycle ends, in [0, 1] (quick: 0.05, for the average's sake).", valueName: "share")
  )
  var finalRate: Double?

  @Option(help: ArgumentHelp("Epochs at which multi-step multiplies the rate, such as 100,150.", valueName: "epochs"))
  var milestones: String?

  @Option(help: "What multi-step multiplies the learning rate by.")
  var learningRateFactor: Double?

  @Option(help: "Stochastic gradient descent, or Adam with decoupled weight decay.")
  var optimizer: OptimizerKind?

  @Option(help: "Momentum of stochastic gradient descent.")
  var momentum: Double?

  @Flag(inversion: .prefixedNo, help: "Nesterov's form of momentum.")
  var nesterov: Bool?

  @Option(help: "Weight decay (L2).")
  var weightDecay: Double?

  @Flag(inversion: .prefixedNo, help: "Weight decay on biases and batch normalization too, not only on weights.")
  var decayAll: Bool?

  @Option(
    help: ArgumentHelp(
      """
      Keep a moving average of the weights, with so much of the old one after each step; it is what is evaluated and, \
      at the end of a phase, kept. 0 for none (quick: 0.99).
      """, valueName: "decay"))
  var average: Double?

  @Option(help: "Strength of L1 regularization, in fine-tuning, of the weights that pruning left.")
  var l1: Double?

  @Option(help: "Share of each target spread over all classes, in [0, 1).")
  var labelSmoothing: Double?

  @Flag(inversion: .prefixedNo, help: "Random crop and horizontal flip.")
  var augment: Bool = true

  @Option(
    help: ArgumentHelp(
      "Black pixels on each side before the crop, 0 to 32 (quick: 2, article: 4).", valueName: "pixels"))
  var cropPadding: Int?

  @Option(
    help: ArgumentHelp(
      """
      Mirror an image by chance (article: random), or in every other epoch, so that two epochs show both sides (quick: \
      alternating).
      """, valueName: "when"))
  var flips: Augmentation.Flips?

  @Option(
    help: ArgumentHelp(
      "Hide a square of this edge in each training image, 0 to 32; 0 for none (quick: 8).", valueName: "pixels"))
  var cutout: Int?

  @Option(help: "Number that all random draws follow from.")
  var seed: UInt64 = 0

  @Option(
    help: """
      How ranks sum gradients: tree (same bits on 1, 2, 4, 8 … ranks), bfloat16 (the same with sums rounded to half the \
      bytes) or native (MPI_Allreduce).
      """)
  var exchange: ExchangeMethod?

  @Option(help: ArgumentHelp("Use only the first training images, for a quick trial.", valueName: "count"))
  var trainingImages: Int?

  @Option(
    help: ArgumentHelp(
      "Hold out the last training images and use them in the place of the test images, to choose settings by.",
      valueName: "count"))
  var holdout: Int?

  mutating func validate() throws {
    try Self.require(epochs.map { $0 >= 1 }, "--epochs must be at least 1")
    try Self.require(batchSize.map { $0 >= 16 }, "--batch-size must be at least 16")
    try Self.require(microbatch.map { $0 >= 16 && $0 % 16 == 0 }, "--microbatch must be a multiple of 16")
    try Self.require(learningRate.map { $0 > 0 && $0.isFinite }, "--learning-rate must be positive")
    try Self.require(learningRateFactor.map { $0 > 0 && $0.isFinite }, "--learning-rate-factor must be positive")
    try Self.require(momentum.map { $0 >= 0 && $0 < 1 }, "--momentum must be in [0, 1)")
    try Self.require(weightDecay.map { $0 >= 0 && $0.isFinite }, "--weight-decay must not be negative")
    try Self.require(l1.map { $0 >= 0 && $0.isFinite }, "--l1 must not be negative")
    try Self.require(labelSmoothing.map { $0 >= 0 && $0 < 1 }, "--label-smoothing must be in [0, 1)")
    try Self.require(trainingImages.map { $0 >= 1 }, "--training-images must be at least 1")
    try Self.require(holdout.map { $0 >= 1 }, "--holdout must be at least 1")
    try Self.require(cutout.map { 0...32 ~= $0 }, "--cutout must be from 0 to 32")
    try Self.require(cropPadding.map { 0...32 ~= $0 }, "--crop-padding must be from 0 to 32")
    try Self.require(average.map { $0 >= 0 && $0 < 1 }, "--average must be in [0, 1)")
    let parts = [("--cutout", (cutout ?? 0) == 0), ("--crop-padding", cropPadding == nil), ("--flips", flips == nil)]
    for (part, isMissing) in parts {
      try Self.require(augment || isMissing, "\(part) is a part of augmentation; leave out --no-augment")
    }
    try Self.require(rise.map { $0 > 0 && $0 < 1 }, "--rise must be between 0 and 1")
    try Self.require(finalRate.map { 0...1 ~= $0 }, "--final-rate must be from 0 to 1")
    try Self.require(milestones.map { Self.integers($0) != nil }, "--milestones takes epochs such as 100,150")
  }

  /// The recipe with the flags' changes, for real images or the synthetic ones.
  func configuration(synthetic: Bool) -> RunConfiguration {
    var result = synthetic ? recipe.syntheticConfiguration : recipe.configuration
    result.architecture = arch
    result.dense.epochs = epochs ?? result.dense.epochs
    result.batchSize = batchSize ?? result.batchSize
    result.microbatch = microbatch ?? result.microbatch
    result.dense.learningRate = learningRate ?? result.dense.learningRate
    result.dense.schedule = changed(result.dense.schedule, by: learningRateSchedule)
    result.finetune.schedule = changed(result.finetune.schedule, by: nil)
    result.optimizer = optimizer ?? result.optimizer
    result.momentum = momentum ?? result.momentum
    result.nesterov = nesterov ?? result.nesterov
    result.weightDecay = weightDecay ?? result.weightDecay
    result.l1 = l1 ?? result.l1
    result.labelSmoothing = labelSmoothing ?? result.labelSmoothing
    result.augments = augment
    result.seed = seed
    result.exchange = exchange ?? result.exchange
    result.trainingImages = trainingImages
    result.holdout = holdout
    result.cropPadding = cropPadding ?? result.cropPadding
    result.flips = flips ?? result.flips
    result.cutout = augment ? cutout ?? result.cutout : 0
    result.decaysAll = decayAll ?? result.decaysAll
    result.averaging = average ?? result.averaging
    return result
  }

  /// A schedule of that name, or else the same one, with what `--rise`, `--final-rate`, `--milestones` and
  /// `--learning-rate-factor` say.
  func changed(_ schedule: LearningRateSchedule, by name: ScheduleName?) -> LearningRateSchedule {
    let given = milestones.flatMap(Self.integers)
    switch (name, schedule) {
    case (.constant, _), (nil, .constant): return .constant
    case (.cosine, _), (nil, .cosine): return .cosine
    case (.oneCycle, .oneCycle(let ownRise, let ownEnd)), (nil, .oneCycle(let ownRise, let ownEnd)):
      return .oneCycle(rise: rise ?? ownRise, end: finalRate ?? ownEnd)
    case (.oneCycle, _): return .oneCycle(rise: rise ?? 0.2, end: finalRate)
    case (.multiStep, .multiStep(let own, let factor)), (nil, .multiStep(let own, let factor)):
      return .multiStep(milestones: given ?? own, factor: learningRateFactor ?? factor)
    case (.multiStep, _): return .multiStep(milestones: given ?? [100, 150], factor: learningRateFactor ?? 0.1)
    }
  }

  /// Refuses flags that shape a learning-rate schedule which neither phase has, where they would change nothing.
  ///
  /// - Parameter finetune: the name that fine-tuning's schedule is given, if any.
  func validateSchedules(finetune: ScheduleName? = nil) throws {
    let own = recipe.configuration
    let dense = changed(own.dense.schedule, by: learningRateSchedule).name
    let finetune = changed(own.finetune.schedule, by: finetune).name
    let flags: [(name: String, isGiven: Bool, schedule: ScheduleName)] = [
      ("--rise", rise != nil, .oneCycle), ("--final-rate", finalRate != nil, .oneCycle),
      ("--milestones", milestones != nil, .multiStep),
      ("--learning-rate-factor", learningRateFactor != nil, .multiStep),
    ]
    for flag in flags {
      try Self.require(
        !flag.isGiven || [dense, finetune].contains(flag.schedule),
        "\(flag.name) is for the \(flag.schedule.rawValue) schedule; dense training has \(dense.rawValue) and "
          + "fine-tuning \(finetune.rawValue): leave it out, or change --learning-rate-schedule or --finetune-schedule")
    }
  }

  static func integers(_ text: String) -> [Int]? {
    let numbers = text.split(separator: ",").map { Int($0) }
    return numbers.contains(nil) || numbers.isEmpty ? nil : numbers.compactMap { $0 }
  }

  static func require(_ condition: Bool?, _ message: String) throws {
    if condition == false { throw ValidationError(message) }
  }
}
