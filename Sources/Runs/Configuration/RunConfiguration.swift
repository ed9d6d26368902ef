import Images
import Networks
import Pruning
import Training

/// What a run does, in the words of its commands.
public enum RunKind: String, Sendable, Equatable, Codable {
  /// Train, prune, fine-tune.
  case run
  /// Train only.
  case train
  /// Prune and fine-tune a model from a file.
  case prune
}

/// Everything that decides a run's result, and nothing else: what `config.json` holds.
///
/// A property's initial value is what files mean that lack it: those of programs that did not know it yet.
public struct RunConfiguration: Sendable, Equatable, Codable {
  /// Of the format of `config.json`; files of the first one have none.
  var version = 2
  public var kind = RunKind.run
  /// The directory of the images, or `synthetic`; `nil` before it is known.
  public var data: String?
  /// What tells these images from others, under the same name or elsewhere; `nil` before it is known.
  public var dataHash: String?
  /// How many of the training images to use, from the first on; `nil` for all.
  public var trainingImages: Int?
  /// How many of the training images, from the last on, stand in the place of the test images; `nil` for none.
  public var holdout: Int?
  /// The file of the model to start from; `nil` for a new network.
  public var model: String?
  public var architecture = Architecture.resnet18
  /// Images per optimizer step over all ranks.
  public var batchSize = 128
  /// Images that one forward and backward pass handles, a multiple of 16.
  public var microbatch = 64
  public var optimizer = OptimizerKind.sgd
  public var momentum = 0.9
  public var nesterov = false
  public var weightDecay = 1e-4
  /// Whether weight decay acts on biases and batch normalization too, and not only on weights.
  public var decaysAll = true
  /// The decay of a moving average of the weights, which is what is evaluated and kept; 0 for none.
  public var averaging = 0.0
  /// The strength of L1 regularization of the weights that pruning left, of convolutions and the linear layer. As in the
  /// article it acts in fine-tuning only.
  public var l1 = 0.0
  public var labelSmoothing = 0.0
  public var augments = true
  public var flips = Augmentation.Flips.random
  /// Black pixels on each side before augmentation crops an image.
  public var cropPadding = 4
  /// The edge of the square that augmentation hides in each image, in pixels; 0 for none.
  public var cutout = 0
  public var seed: UInt64 = 0
  public var exchange = ExchangeMethod.tree
  /// Whether pruned weights stay as zeros, which dense kernels multiply, as masks in PyTorch do: for comparisons.
  public var isMasked = false
  public var dense = PhaseConfiguration(epochs: 200, learningRate: 0.1, schedule: .constant)
  /// Of each round that does not rewind; see ``retraining(round:)``.
  public var finetune = PhaseConfiguration(epochs: 200, learningRate: 1e-3, schedule: .constant)
  public var pruning = PruningConfiguration()

  /// The numbers of ``Recipe/article``, but for its learning rates' schedule.
  public init() {}

  /// What the trainer of every phase must know.
  public var method: TrainingMethod {
    TrainingMethod(
      seed: seed,
      augmentation: augments
        ? Augmentation(seed: seed, epoch: 0, flips: flips, padding: cropPadding, cutout: cutout) : nil,
      exchange: exchange, optimizer: optimizer.make(momentum: momentum, nesterov: nesterov), weightDecay: weightDecay,
      decaysAll: decaysAll, averaging: averaging)
  }

  /// How the survivors of a round are trained.
  ///
  /// - Parameter round: from 1.
  public func retraining(round: Int) -> PhaseConfiguration {
    switch pruning.recovery {
    case .rewind(let rewinding): return dense.skipping(rewinding.epoch)
    case .finetune(let decay):
      var phase = finetune
      for _ in 1..<max(1, round) { phase.learningRate *= decay }
      return phase
    }
  }
}

extension RunConfiguration {
  /// Whether the optimizer is one with momentum.
  var hasMomentum: Bool { optimizer == .sgd }
}

/// How to train: the flags of ``RunConfiguration``'s properties.
public enum TrainingSettings: SettingGroup {
  @SettingList public static var settings: [SettingDeclaration<RunConfiguration>] {
    Declaration(
      "recipe", Recipe.self, standard: .quick,
      help: """
        The settings to start from; every flag below changes one: quick (\(Recipe.quick.epochs) epochs, \
        \(Recipe.quick.epochs(synthetic: true)) of the synthetic images) or article (\(Recipe.article.epochs)).
        """)
    Declaration(
      "arch", \.architecture, path: "architecture", standard: .resnet18,
      help: "The network: \(Architecture.all.map { "\($0) (\($0.summary))" }.joined(separator: ", ")).")
    Declaration(
      "epochs", \.dense.epochs, path: "dense.epochs", in: .atLeast(1, most: RunConfiguration.mostEpochs),
      help: "Epochs of dense training.")
    Declaration(
      "batch-size", \.batchSize, in: .atLeast(16), help: "Images per optimizer step over all ranks.")
    Declaration(
      "microbatch", \.microbatch, in: .multiple(of: 16),
      help: """
        Images per forward and backward pass and batch-norm statistic, a multiple of 16 \
        (recipes: \(Recipe.quick.configuration.microbatch)).
        """)
    Declaration(
      "learning-rate", \.dense.learningRate, path: "dense.learningRate", in: .positive,
      help: """
        Largest learning rate of dense training (\(Recipe.quick.says(\.dense.learningRate)), or \
        \(Recipe.quick.syntheticConfiguration.dense.learningRate) on the synthetic set's short epochs).
        """)
    Declaration(
      "learning-rate-schedule", LearningRateSchedule.Name.self,
      help: "Learning-rate schedule of dense training: constant, multi-step, cosine or one-cycle.",
      read: { $0.dense.schedule.name })
    Declaration(
      "rise", Double.self, in: .between(0, 1, "must be between 0 and 1"),
      help: "Share of the steps in which one-cycle rises to its peak, in (0, 1).", read: { $0.ofSchedules(\.rise) })
    Declaration(
      "final-rate", Double.self, value: "share", in: .within(0...1, "must be from 0 to 1"),
      help: """
        Share of the peak at which one-cycle ends, in [0, 1] \
        (quick: \(Recipe.quick.configuration.ofSchedules(\.finalRate)?.word ?? "none"), for the average's sake).
        """, read: { $0.ofSchedules(\.finalRate) })
    Declaration(
      "milestones", String.self, value: "epochs",
      in: SettingRange("takes epochs such as 100,150", expected: "epochs") {
        SettingValues.numbers($0) as [Int]? != nil
      },
      help: "Epochs at which multi-step multiplies the rate, such as 100,150.",
      read: { configuration in
        let milestones = configuration.ofSchedules(\.milestones) ?? []
        return milestones.isEmpty ? nil : milestones.map(String.init).joined(separator: ",")
      })
    Declaration(
      "learning-rate-factor", Double.self, in: .positive, help: "What multi-step multiplies the learning rate by.",
      read: { $0.ofSchedules(\.factor) })
    Declaration(
      "optimizer", \.optimizer,
      help: """
        Stochastic gradient descent, or Adam with decoupled weight decay: sgd or adamw, which has a learning rate of \
        \(OptimizerKind.adamw.standard?.learningRate ?? 0) and a weight decay of \
        \(OptimizerKind.adamw.standard?.weightDecay ?? 0) unless others are given.
        """)
    Declaration(
      "momentum", \.momentum, in: .belowOne, when: \.hasMomentum, help: "Momentum of stochastic gradient descent.")
    Declaration("nesterov", \.nesterov, when: \.hasMomentum, help: "Nesterov's form of momentum.")
    Declaration("weight-decay", \.weightDecay, in: .notNegative, help: "Weight decay (L2).")
    Declaration(
      "decay-all", \.decaysAll, path: "decaysAll",
      help: "Weight decay on biases and batch normalization too, not only on weights.")
    Declaration(
      "average", \.averaging, path: "averaging", value: "decay", in: .belowOne,
      help: """
        Keep a moving average of the weights, with so much of the old one after each step; it is what is evaluated and, \
        at the end of a phase, kept. 0 for none (\(Recipe.quick.says(\.averaging))).
        """)
    Declaration(
      "l1", \.l1, in: .notNegative,
      help: "Strength of L1 regularization, in fine-tuning, of the weights that pruning left.")
    Declaration(
      "label-smoothing", \.labelSmoothing, in: .belowOne,
      help: "Share of each target spread over all classes, in [0, 1).")
    Declaration(
      "augment", \.augments, path: "augments", standard: true, help: "Random crop and horizontal flip.")
    Declaration(
      "crop-padding", \.cropPadding, value: "pixels", in: .within(0...Record.edge), when: \.augments,
      help: """
        Black pixels on each side before the crop, 0 to \(Record.edge) \
        (\(Recipe.quick.says(\.cropPadding)), \(Recipe.article.says(\.cropPadding))).
        """)
    Declaration(
      "flips", \.flips, value: "when", when: \.augments,
      help: """
        Mirror an image by chance (\(Recipe.article.says(\.flips))), or in every other epoch, so that two epochs show both \
        sides (\(Recipe.quick.says(\.flips))).
        """)
    Declaration(
      "cutout", \.cutout, value: "pixels", in: .within(0...Record.edge),
      help: """
        Hide a square of this edge in each training image, 0 to \(Record.edge); 0 for none \
        (\(Recipe.quick.says(\.cutout))).
        """)
    Declaration("seed", \.seed, standard: 0, help: "Number that all random draws follow from.")
    Declaration(
      "exchange", \.exchange,
      help: """
        How ranks sum gradients: tree (same bits on 1, 2, 4, 8 … ranks), bfloat16 (the same with sums rounded to half the \
        bytes) or native (MPI_Allreduce).
        """)
    Declaration(
      "training-images", optional: \.trainingImages, value: "count", in: .atLeast(1),
      help: "Use only the first training images, for a quick trial.")
    Declaration(
      "holdout", optional: \.holdout, value: "count", in: .atLeast(1),
      help: "Hold out the last training images and use them in the place of the test images, to choose settings by.")
  }

  public static func check(_ given: SettingValues) throws(SettingProblem) {
    for part in ["momentum", "nesterov"] where given["optimizer"] == OptimizerKind.adamw {
      try require(!given.has(part), "--\(part) is for stochastic gradient descent; leave it out, or --optimizer adamw")
    }
    guard given["augment"] == false else { return }
    let cutout: Int = given["cutout"] ?? 0
    let parts = [("cutout", cutout != 0), ("crop-padding", given.has("crop-padding")), ("flips", given.has("flips"))]
    for (part, isGiven) in parts {
      try require(!isGiven, "--\(part) is a part of augmentation; leave out --no-augment")
    }
  }
}

extension Architecture: Codable, SettingValue {}
extension Augmentation.Flips: SettingValue {}
extension ExchangeMethod: SettingValue {}
extension OptimizerKind: SettingValue {}
extension Recipe: SettingValue {}
