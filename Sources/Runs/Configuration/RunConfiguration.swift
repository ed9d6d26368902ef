import Images
import Foundation
import Networks
import Pruning
import Training

/// What a run takes away, and how.
public struct PruningConfiguration: Sendable, Equatable, Codable {
  /// The final fraction of pruned convolution weights.
  public var amount: Double
  /// The final fraction of pruned weights of the linear layer.
  public var linearAmount: Double
  /// Instead of `amount`: how many convolution weights to prune in all.
  public var count: Int?
  /// Instead of equal relative rates: the fraction pruned at the end of each round.
  public var amounts: [Double]?
  /// Instead of `amount`: the share of the dense network's multiply-adds that the convolutions may keep.
  public var targetMultiplyAdds: Double?
  /// Instead of `amount`: how many times as fast as the dense network the pruned one is to be, predicted.
  public var targetSpeedup: Double?
  public var iterations: Int
  /// Instead of rounds after training: when to prune during it.
  public var gradual: CubicSchedule?
  public var scope: PruneScope
  public var score: PruneScore
  /// The power of the cost in the score `l1-per-cost`.
  public var costPower: Double
  /// What the fine-tuning learning rate is multiplied by from round to round.
  public var learningRateDecay: Double
  /// Instead of `amount`: prune exactly the convolution weights that never meet a pixel.
  public var isDeadOnly = false
  /// Instead of fine-tuning at its own learning rates: train again as in dense training, from one of its epochs on.
  public var rewinding: Rewinding?

  public init(
    amount: Double = 0, linearAmount: Double = 0, count: Int? = nil, amounts: [Double]? = nil,
    target: PruneTarget? = nil, iterations: Int = 1, gradual: CubicSchedule? = nil, scope: PruneScope = .global,
    score: PruneScore = .l1, costPower: Double = PruneScore.defaultCostPower, learningRateDecay: Double = 1
  ) {
    self.amount = amount
    self.linearAmount = linearAmount
    self.count = count
    self.amounts = amounts
    if case .multiplyAdds(let share) = target { targetMultiplyAdds = share }
    if case .speedup(let factor) = target { targetSpeedup = factor }
    self.iterations = iterations
    self.gradual = gradual
    self.scope = scope
    self.score = score
    self.costPower = costPower
    self.learningRateDecay = learningRateDecay
  }

  /// What the pruned network may cost, where that decides how far pruning goes.
  public var target: PruneTarget? {
    targetMultiplyAdds.map(PruneTarget.multiplyAdds) ?? targetSpeedup.map(PruneTarget.speedup)
  }

  /// Whether there is anything to prune.
  public var prunes: Bool {
    isDeadOnly || amount > 0 || linearAmount > 0 || (count ?? 0) > 0 || amounts != nil || target != nil
  }
}

/// What goes back after pruning to where dense training stood at the end of an epoch (Renda, Frankle & Carbin, 2020, arXiv
/// 2003.02389).
public struct Rewinding: Sendable, Equatable, Codable {
  public enum Subject: String, Sendable, CaseIterable, Codable {
    /// The learning rate; weights stay as they are.
    case learningRate = "learning-rate"
    /// The learning rate, the surviving weights and the statistics: the lottery ticket (Frankle & Carbin, 2019, arXiv 1803.03635).
    case weights
  }

  public var subject: Subject
  /// The epochs of dense training that are done there; 0 is its beginning.
  public var epoch: Int

  public init(_ subject: Subject, epoch: Int) {
    self.subject = subject
    self.epoch = epoch
  }
}

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
public struct RunConfiguration: Sendable, Equatable, Codable {
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
  public var architecture: Architecture
  /// Images per optimizer step over all ranks.
  public var batchSize: Int
  /// Images that one forward and backward pass handles, a multiple of 16.
  public var microbatch: Int
  public var optimizer = OptimizerKind.sgd
  public var momentum: Double
  public var nesterov: Bool
  public var weightDecay: Double
  /// Whether weight decay acts on biases and batch normalization too, and not only on weights.
  public var decaysAll = true
  /// The decay of a moving average of the weights, which is what is evaluated and kept; 0 for none.
  public var averaging = 0.0
  /// The strength of L1 regularization of the weights that pruning left, of convolutions and the linear layer. As in the
  /// article it acts in fine-tuning only.
  public var l1: Double
  public var labelSmoothing: Double
  public var augments: Bool
  public var flips = Augmentation.Flips.random
  /// Black pixels on each side before augmentation crops an image.
  public var cropPadding = 4
  /// The edge of the square that augmentation hides in each image, in pixels; 0 for none.
  public var cutout = 0
  public var seed: UInt64
  public var exchange: ExchangeMethod
  /// Whether pruned weights stay as zeros, which dense kernels multiply, as masks in PyTorch do: for comparisons.
  public var isMasked = false
  public var dense: PhaseConfiguration
  /// Of each round; see ``retraining(round:)``.
  public var finetune: PhaseConfiguration
  public var pruning: PruningConfiguration

  public init(
    architecture: Architecture, batchSize: Int, microbatch: Int, momentum: Double, nesterov: Bool, weightDecay: Double,
    l1: Double, labelSmoothing: Double, augments: Bool, seed: UInt64, exchange: ExchangeMethod,
    dense: PhaseConfiguration, finetune: PhaseConfiguration, pruning: PruningConfiguration
  ) {
    self.architecture = architecture
    self.batchSize = batchSize
    self.microbatch = microbatch
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.l1 = l1
    self.labelSmoothing = labelSmoothing
    self.augments = augments
    self.seed = seed
    self.exchange = exchange
    self.dense = dense
    self.finetune = finetune
    self.pruning = pruning
  }
}

extension RunConfiguration {
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
    if let rewinding = pruning.rewinding { return dense.skipping(rewinding.epoch) }
    var phase = finetune
    for _ in 1..<max(1, round) { phase.learningRate *= pruning.learningRateDecay }
    return phase
  }
}

// Settings that runs of the first version did not know have their defaults where a file lacks them, so that such runs can be resumed
// and reported.

extension PruningConfiguration {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      amount: try values.decode(Double.self, forKey: .amount),
      linearAmount: try values.decode(Double.self, forKey: .linearAmount),
      count: try values.decodeIfPresent(Int.self, forKey: .count),
      amounts: try values.decodeIfPresent([Double].self, forKey: .amounts),
      iterations: try values.decode(Int.self, forKey: .iterations),
      gradual: try values.decodeIfPresent(CubicSchedule.self, forKey: .gradual),
      scope: try values.decode(PruneScope.self, forKey: .scope),
      score: try values.decode(PruneScore.self, forKey: .score),
      costPower: try values.decode(Double.self, forKey: .costPower),
      learningRateDecay: try values.decode(Double.self, forKey: .learningRateDecay))
    targetMultiplyAdds = try values.decodeIfPresent(Double.self, forKey: .targetMultiplyAdds)
    targetSpeedup = try values.decodeIfPresent(Double.self, forKey: .targetSpeedup)
    isDeadOnly = try values.decodeIfPresent(Bool.self, forKey: .isDeadOnly) ?? isDeadOnly
    rewinding = try values.decodeIfPresent(Rewinding.self, forKey: .rewinding)
  }
}

extension RunConfiguration {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      architecture: try values.decode(Architecture.self, forKey: .architecture),
      batchSize: try values.decode(Int.self, forKey: .batchSize),
      microbatch: try values.decode(Int.self, forKey: .microbatch),
      momentum: try values.decode(Double.self, forKey: .momentum),
      nesterov: try values.decode(Bool.self, forKey: .nesterov),
      weightDecay: try values.decode(Double.self, forKey: .weightDecay),
      l1: try values.decode(Double.self, forKey: .l1),
      labelSmoothing: try values.decode(Double.self, forKey: .labelSmoothing),
      augments: try values.decode(Bool.self, forKey: .augments),
      seed: try values.decode(UInt64.self, forKey: .seed),
      exchange: try values.decode(ExchangeMethod.self, forKey: .exchange),
      dense: try values.decode(PhaseConfiguration.self, forKey: .dense),
      finetune: try values.decode(PhaseConfiguration.self, forKey: .finetune),
      pruning: try values.decode(PruningConfiguration.self, forKey: .pruning))
    kind = try values.decode(RunKind.self, forKey: .kind)
    data = try values.decodeIfPresent(String.self, forKey: .data)
    dataHash = try values.decodeIfPresent(String.self, forKey: .dataHash)
    trainingImages = try values.decodeIfPresent(Int.self, forKey: .trainingImages)
    model = try values.decodeIfPresent(String.self, forKey: .model)
    isMasked = try values.decode(Bool.self, forKey: .isMasked)
    holdout = try values.decodeIfPresent(Int.self, forKey: .holdout)
    optimizer = try values.decodeIfPresent(OptimizerKind.self, forKey: .optimizer) ?? optimizer
    decaysAll = try values.decodeIfPresent(Bool.self, forKey: .decaysAll) ?? decaysAll
    averaging = try values.decodeIfPresent(Double.self, forKey: .averaging) ?? averaging
    flips = try values.decodeIfPresent(Augmentation.Flips.self, forKey: .flips) ?? flips
    cropPadding = try values.decodeIfPresent(Int.self, forKey: .cropPadding) ?? cropPadding
    cutout = try values.decodeIfPresent(Int.self, forKey: .cutout) ?? cutout
  }
}

extension Architecture: Codable {}
extension PruneScope: Codable {}
extension PruneScore: Codable {}
