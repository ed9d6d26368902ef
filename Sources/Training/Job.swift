import CIFAR
import Formats
import MPI
import NeuralNetwork
import Pruning

/// The main job on one rank: train, then rounds of prune and fine-tune. All ranks run the same job together.
public final class Job {
  public let configuration: RunConfiguration
  /// The network; after pruning, one of its survivors only.
  public private(set) var network: Network
  public let data: CIFARDataset
  public let communicator: Communicator
  /// Which weights of ``network`` survive: all of them, unless the configuration keeps pruned ones as zeros.
  public private(set) var mask: Mask
  /// What the exchange of each phase cost.
  public private(set) var exchanges: [ExchangeSummary] = []
  /// The seconds that training steps took, over all phases so far.
  public private(set) var trainingSeconds = 0.0
  /// The images that were trained on in ``trainingSeconds``.
  public private(set) var trainedImages = 0

  private let plan: BatchPlan
  private let requests: [PruneRequest]
  private var microbatch: Microbatch
  private var evaluator: Evaluator
  private let directory: RunDirectory?
  private let observer: any JobObserver
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  /// How the network does as it is; `nil` once it has changed.
  private var evaluation: Evaluation?
  private var epochsDone = 0
  private var stepsDone = 0

  /// - Parameters:
  ///   - network: the network to train or prune; the same on all ranks.
  ///   - directory: where rank 0 keeps what the job makes; `nil` on the other ranks.
  /// - Throws: `BatchPlanError` or `PruningError` where the configuration does not fit the data, the ranks or the network.
  public init(
    _ configuration: RunConfiguration, network: Network, data: CIFARDataset,
    communicator: Communicator, directory: RunDirectory?, observer: any JobObserver
  ) throws {
    self.configuration = configuration
    self.data = data
    self.communicator = communicator
    self.directory = directory
    self.observer = observer
    plan = try Self.plan(configuration, data: data, ranks: communicator.size)
    requests = try configuration.pruning.requests(layout: network.layout, seed: configuration.seed)
    // A model from a file may be pruned already.
    let weights = UnsafeBufferPointer(network.arena[0..<network.layout.count])
    let all = Mask(allSurviving: network.layout.count)
    let found = configuration.model == nil ? all : try Mask(survivorsOf: weights, layout: network.layout)
    let network = configuration.isMasked || found == all ? network : network.compacted(keeping: found)
    self.network = network
    mask = configuration.isMasked ? found : Mask(allSurviving: network.layout.count)
    microbatch = Microbatch(
      network, lanes: configuration.microbatch, labelSmoothing: Float(configuration.labelSmoothing))
    evaluator = Evaluator(data.test, microbatch: microbatch, communicator: communicator)
    start = clock.now
  }

  /// How the images fall into steps: checked before anything is written.
  public static func plan(
    _ configuration: RunConfiguration, data: CIFARDataset, ranks: Int
  ) throws(BatchPlanError) -> BatchPlan {
    try BatchPlan(
      imageCount: min(configuration.trainingImages ?? .max, data.training.count), batchSize: configuration.batchSize,
      microbatch: configuration.microbatch, rankCount: ranks)
  }

  /// The rounds of pruning.
  public var rounds: Int { requests.count }

  /// The seconds since the job was made.
  public var seconds: Double { (clock.now - start) / .seconds(1) }

  /// Evaluates the network on the test images, if it has changed since the last time.
  public func evaluate() throws -> Evaluation {
    if let evaluation { return evaluation }
    let fresh = try evaluator.evaluate()
    evaluation = fresh
    return fresh
  }

  /// Trains the dense network and keeps it in `dense.safetensors`. Where pruning is gradual, what is left of it at the end
  /// is kept in `checkpoints/gradual.safetensors` instead.
  public func trainDense() throws {
    try train(configuration.dense, phase: .dense, round: 0)
    try save(isGradual ? "checkpoints/gradual.safetensors" : "dense.safetensors")
  }

  /// Whether ``trainDense()`` prunes.
  public var isGradual: Bool { configuration.pruning.gradual != nil }

  /// Fine-tunes what gradual pruning left and keeps it as `pruned.safetensors`.
  public func finetuneGradual() throws {
    try train(configuration.finetune, phase: .finetune, round: rounds)
    try save("pruned.safetensors")
  }

  /// Prunes for one round, evaluates, and records the result.
  ///
  /// - Parameter round: from 1.
  public func prune(round: Int) throws -> (result: PruningResult, evaluation: Evaluation) {
    let result = try Training.prune(network, mask: mask, request: requests[round - 1], communicator: communicator)
    keep(result.mask)
    let evaluation = try evaluate()
    try record(pruned(round: round, epoch: 0, evaluation))
    return (result, evaluation)
  }

  private func pruned(round: Int, epoch: Int, _ evaluation: Evaluation) -> MetricsRecord {
    MetricsRecord(
      phase: .prune, round: round, epoch: epoch, step: stepsDone, testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy, seconds: seconds, sparsity: sparsity)
  }

  /// Prunes in the middle of training, and returns what goes on with the rest.
  private func pruneGradually(_ trainer: Trainer, round: Int, epoch: Int) throws -> Trainer {
    let result = try Training.prune(network, mask: mask, request: requests[round - 1], communicator: communicator)
    let compaction = keep(result.mask)
    let evaluation = try evaluate()
    let record = pruned(round: round, epoch: epoch, evaluation)
    try self.record(record)
    observer.prunedInTraining(record, result)
    guard let compaction else {
      trainer.mask = result.mask
      return trainer
    }
    return try Trainer(continuing: trainer, network, compaction: compaction, microbatch: microbatch)
  }

  /// Fine-tunes the survivors of one round and keeps the model among the checkpoints; after the last round also as
  /// `pruned.safetensors`.
  ///
  /// - Parameter round: from 1.
  public func finetune(round: Int) throws {
    var phase = configuration.finetune
    for _ in 1..<round { phase.learningRate *= configuration.pruning.learningRateDecay }
    try train(phase, phase: .finetune, round: round)
    try save("checkpoints/round-\(round).safetensors")
    if round == rounds { try save("pruned.safetensors") }
  }

  /// The pruned fraction of all convolution and linear weights.
  public var sparsity: Double {
    let weights = network.layout.parameters.filter { $0.role == .convolutionWeight || $0.role == .linearWeight }
    let count = weights.reduce(0) { $0 + $1.count }
    let survivors = weights.reduce(0) { $0 + mask.survivors(of: $1) }
    return Double(count - survivors) / Double(count)
  }

  /// Goes on with the survivors of a mask.
  ///
  /// - Returns: the way to the layout of these, unless pruned weights stay as zeros.
  @discardableResult
  private func keep(_ survivors: Mask) -> Compaction? {
    evaluation = nil
    guard !configuration.isMasked else {
      mask = survivors
      return nil
    }
    let compaction = network.layout.compaction(keeping: survivors)
    network = network.compacted(compaction)
    mask = Mask(allSurviving: network.layout.count)
    microbatch = Microbatch(
      network, lanes: configuration.microbatch, labelSmoothing: Float(configuration.labelSmoothing))
    evaluator = Evaluator(data.test, microbatch: microbatch, communicator: communicator)
    return compaction
  }

  private func train(_ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int) throws {
    var trainer = try Trainer(
      network, images: data.training, plan: plan, microbatch: microbatch, configuration: configuration, phase: numbers,
      mask: phase == .finetune && configuration.isMasked ? mask : nil,
      l1: phase == .finetune ? configuration.l1 : 0, communicator: communicator)
    observer.phaseBegan(
      PhaseStart(
        phase: phase, round: round, rounds: isGradual ? 1 : rounds, isGradual: isGradual, numbers: numbers,
        steps: trainer.steps))
    for epoch in 0..<numbers.epochs {
      evaluation = nil
      var losses = 0.0
      var right = 0.0
      var rate = 0.0
      let before = trainer.times
      let began = clock.now
      var phaseStep = epoch * plan.stepsPerEpoch
      try trainer.trainEpoch(epochsDone) { report in
        losses += Double(report.loss)
        right += Double(report.accuracy)
        rate = report.learningRate
        phaseStep += 1
        observer.stepEnded(
          StepProgress(
            phase: phase, round: round, epoch: epoch + 1, epochs: numbers.epochs, step: phaseStep,
            steps: trainer.steps, loss: report.loss, learningRate: report.learningRate,
            imagesPerSecond: Double((phaseStep - epoch * plan.stepsPerEpoch) * plan.batchSize)
              / ((clock.now - began) / .seconds(1))))
      }
      let elapsed = (clock.now - began) / .seconds(1)
      trainingSeconds += elapsed
      trainedImages += plan.stepsPerEpoch * plan.batchSize
      epochsDone += 1
      stepsDone += plan.stepsPerEpoch
      let evaluation = try evaluate()
      let exchange = trainer.times.exchange - before.exchange
      let steps = Double(plan.stepsPerEpoch)
      let record = MetricsRecord(
        phase: phase, round: round, epoch: epoch + 1, step: stepsDone, trainLoss: losses / steps,
        trainAccuracy: right / steps, testLoss: evaluation.loss, testAccuracy: evaluation.accuracy, learningRate: rate,
        imagesPerSecond: steps * Double(plan.batchSize) / elapsed, exchangeShare: exchange / elapsed,
        exchangeSeconds: exchange / steps, exchangeBytes: trainer.exchangedBytes, seconds: seconds, sparsity: sparsity)
      try self.record(record)
      observer.epochEnded(record, epochs: numbers.epochs)
      if phase == .dense, let round = configuration.pruning.gradual?.epochs.firstIndex(of: epoch + 1) {
        trainer = try pruneGradually(trainer, round: round + 1, epoch: epoch + 1)
      }
    }
    if trainer.times.steps > 0 {
      exchanges.append(
        ExchangeSummary(
          phase: phase, round: round, bytes: trainer.exchangedBytes,
          seconds: trainer.times.exchange / Double(trainer.times.steps),
          share: trainer.times.exchange / trainer.times.total))
    }
  }

  private func record(_ record: MetricsRecord) throws {
    try communicator.collectively { try directory?.append(record) }
  }

  private func save(_ name: String) throws {
    try communicator.collectively {
      guard let directory else { return }
      try network.save(to: directory.file(name), classNames: data.classNames)
    }
  }
}

/// What the exchange of a phase cost on rank 0.
public struct ExchangeSummary: Sendable {
  public let phase: MetricsRecord.Phase
  public let round: Int
  /// Sent in a step.
  public let bytes: Int
  /// Taken by a step's exchange, waiting included.
  public let seconds: Double
  /// Of the time of a step.
  public let share: Double
}

extension Network {
  /// Writes the state dictionary, with the architecture and the names of the classes as metadata.
  public func save(to path: String, classNames: [String]) throws {
    try SafetensorsFile.write(
      stateDictionary,
      metadata: [
        "format": "pt", "architecture": architecture.rawValue, "classes": classNames.joined(separator: ","),
      ], to: path)
  }
}
