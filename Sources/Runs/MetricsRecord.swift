import Foundation

/// One line of `metrics.jsonl`.
public struct MetricsRecord: Sendable, Equatable, Codable {
  public enum Phase: String, Sendable, Codable {
    case dense
    case prune
    case finetune
  }

  public var phase: Phase
  /// 0 for dense training, then the round of pruning from 1.
  public var round: Int
  /// The epochs of this phase that are done.
  public var epoch: Int
  /// The optimizer steps of the whole run that are done.
  public var step: Int
  /// The mean training loss of the epoch; absent for `prune`.
  public var trainLoss: Double?
  /// The share of right predictions while training in the epoch; absent for `prune`.
  public var trainAccuracy: Double?
  public var testLoss: Double
  /// A fraction.
  public var testAccuracy: Double
  /// The learning rate of the epoch's last step; absent for `prune`.
  public var learningRate: Double?
  /// Of training alone, over all ranks; absent for `prune`.
  public var imagesPerSecond: Double?
  /// The share of the training time that went into the exchange, waiting included; absent for `prune`.
  public var exchangeShare: Double?
  /// The mean seconds that a step's exchange took, waiting included; absent for `prune`.
  public var exchangeSeconds: Double?
  /// The bytes that rank 0 sends in a step; absent for `prune`.
  public var exchangeBytes: Int?
  /// The steps of the epoch that were left out because their gradient was not finite; absent where there are none.
  public var skippedSteps: Int?
  /// Since the run began, over all processes that have worked at it.
  public var seconds: Double
  /// The pruned fraction of all convolution and linear weights.
  public var sparsity: Double

  public init(
    phase: Phase, round: Int, epoch: Int, step: Int, trainLoss: Double? = nil, trainAccuracy: Double? = nil,
    testLoss: Double, testAccuracy: Double, learningRate: Double? = nil, imagesPerSecond: Double? = nil,
    exchangeShare: Double? = nil, exchangeSeconds: Double? = nil, exchangeBytes: Int? = nil, skippedSteps: Int? = nil,
    seconds: Double, sparsity: Double
  ) {
    self.phase = phase
    self.round = round
    self.epoch = epoch
    self.step = step
    self.trainLoss = trainLoss
    self.trainAccuracy = trainAccuracy
    self.testLoss = testLoss
    self.testAccuracy = testAccuracy
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.exchangeShare = exchangeShare
    self.exchangeSeconds = exchangeSeconds
    self.exchangeBytes = exchangeBytes
    self.skippedSteps = skippedSteps
    self.seconds = seconds
    self.sparsity = sparsity
  }

  enum CodingKeys: String, CodingKey {
    case phase, round, epoch, step
    case trainLoss = "train_loss"
    case trainAccuracy = "train_accuracy"
    case testLoss = "test_loss"
    case testAccuracy = "test_accuracy"
    case learningRate = "learning_rate"
    case imagesPerSecond = "images_per_second"
    case exchangeShare = "exchange_share"
    case exchangeSeconds = "exchange_seconds"
    case exchangeBytes = "exchange_bytes"
    case skippedSteps = "skipped_steps"
    case seconds, sparsity
  }

  /// The record as one line of JSON, without its newline.
  public func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
