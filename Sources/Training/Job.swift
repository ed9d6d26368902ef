import CIFAR
import Formats
import MPI
import NeuralNetwork
import Pruning

/// The main job on one rank: train, then rounds of prune and fine-tune. All ranks run the same job together.
///
/// A job is a list of stages. It can stop after each of them and after every optimizer step, and a job made from the checkpoint
/// written there goes on as if nothing had happened, on any number of ranks.
public final class Job {
  public let configuration: RunConfiguration
  public let policy: RunPolicy
  /// The network; after pruning, one of its survivors only.
  public private(set) var network: Network
  public let data: CIFARDataset
  public let communicator: Communicator
  /// Which weights of ``network`` survive: all of them, unless the configuration keeps pruned ones as zeros.
  public private(set) var mask: Mask
  /// Where the run stands.
  public private(set) var state: RunState
  /// What the run does, one after the other.
  public let stages: [RunStage]

  private let plan: BatchPlan
  private let requests: [PruneRequest]
  private var microbatch: Microbatch
  private var evaluator: Evaluator
  private let directory: RunDirectory?
  private let observer: any JobObserver
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let secondsBefore: Double
  /// How the network does as it is; `nil` once it has changed.
  private var evaluation: Evaluation?
  /// What trains the present phase.
  private var trainer: Trainer?
  /// What a checkpoint left for the trainer of the first phase.
  private var restoredOptimizer: OptimizerState?
  private let writer: CheckpointWriter?
  private let store: CheckpointStore?
  private var lastCheckpoint: ContinuousClock.Instant
  /// Optimizer steps of this process.
  private var stepsHere = 0
  /// Which elements of the full arena survive; made when a checkpoint needs it.
  private var survivors: Mask?

  /// - Parameters:
  ///   - network: the network to train or prune; the same on all ranks. `nil` where a checkpoint has it.
  ///   - directory: where rank 0 keeps what the job makes; `nil` on the other ranks.
  ///   - checkpoint: where to go on; the same on all ranks.
  /// - Throws: `BatchPlanError` or `PruningError` where the configuration does not fit the data, the ranks or the network;
  ///   `CheckpointError.Problem` where the checkpoint does not.
  public init(
    _ configuration: RunConfiguration, policy: RunPolicy, start source: JobStart, data: CIFARDataset,
    communicator: Communicator, directory: RunDirectory?, observer: any JobObserver
  ) throws {
    self.configuration = configuration
    self.policy = policy
    self.data = data
    self.communicator = communicator
    self.directory = directory
    self.observer = observer
    plan = try Self.plan(configuration, data: data, ranks: communicator.size)
    switch source {
    case .network(let network):
      requests = try configuration.pruning.requests(layout: network.layout, seed: configuration.seed)
      stages = RunStage.all(configuration, rounds: requests.count)
      // A model from a file may be pruned already.
      let weights = UnsafeBufferPointer(network.arena[0..<network.layout.count])
      let all = Mask(allSurviving: network.layout.count)
      let found = configuration.model == nil ? all : try Mask(survivorsOf: weights, layout: network.layout)
      let network = configuration.isMasked || found == all ? network : network.compacted(keeping: found)
      self.network = network
      mask = configuration.isMasked ? found : Mask(allSurviving: network.layout.count)
      state = RunState(stage: stages[0])
    case .checkpoint(let checkpoint):
      (network, mask) = try checkpoint.network(classes: data.classNames.count)
      requests = try configuration.pruning.requests(layout: network.layout, seed: configuration.seed)
      stages = RunStage.all(configuration, rounds: requests.count)
      state = checkpoint.state
      restoredOptimizer = checkpoint.optimizer
      survivors = checkpoint.survivors
      try state.check(stages: stages, configuration: configuration, stepsPerEpoch: plan.stepsPerEpoch)
    }
    secondsBefore = state.seconds
    microbatch = Microbatch(
      network, lanes: configuration.microbatch, labelSmoothing: Float(configuration.labelSmoothing))
    evaluator = Evaluator(data.test, microbatch: microbatch, communicator: communicator)
    start = clock.now
    lastCheckpoint = start
    store = directory.map { CheckpointStore(folder: $0.file("checkpoints"), kept: policy.keptCheckpoints) }
    writer = store.map { CheckpointWriter($0) }
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

  /// The wall-clock seconds of the run, over all processes that have worked at it.
  public var seconds: Double { secondsBefore + (clock.now - start) / .seconds(1) }

  /// Does what is left of the run, stage by stage.
  ///
  /// - Parameter perform: does one stage.
  /// - Throws: `RunStopped` where the run is to be resumed later.
  public func run(_ perform: (RunStage) throws -> Void) throws {
    guard let first = stages.firstIndex(of: state.stage) else { return }
    for index in first..<stages.count {
      try perform(stages[index])
      guard index + 1 < stages.count else { break }
      state.stage = stages[index + 1]
      state.epoch = 0
      state.accuracy = nil
      trainer = nil
      try boundary(exchangingRequests())
    }
    writer?.wait()
  }

  /// Takes note of how the network does at the end of a stage.
  public func note(_ evaluation: Evaluation, as name: String) {
    state.results.append(StageResult(name: name, loss: evaluation.loss, accuracy: evaluation.accuracy))
  }

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
      phase: .prune, round: round, epoch: epoch, step: state.stepsDone, testLoss: evaluation.loss,
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
    self.survivors = nil
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
      mask: configuration.isMasked && (phase == .finetune || isGradual) ? mask : nil,
      l1: phase == .finetune ? configuration.l1 : 0, communicator: communicator, restoring: restoredOptimizer,
      stepsDone: state.epoch * plan.stepsPerEpoch + state.step, times: state.times)
    restoredOptimizer = nil
    trainer.requests = { [unowned self] in ownRequests() }
    self.trainer = trainer
    if state.epoch == 0 && state.step == 0 {
      observer.phaseBegan(
        PhaseStart(
          phase: phase, round: round, rounds: isGradual ? 1 : rounds, isGradual: isGradual, numbers: numbers,
          steps: trainer.steps))
    }
    while state.epoch < numbers.epochs {
      if !state.isEvaluated {
        try trainSteps(trainer, numbers, phase: phase, round: round)
        try endEpoch(trainer, numbers, phase: phase, round: round)
        state.isEvaluated = true
        try boundary(exchangingRequests())
      }
      if phase == .dense, let round = configuration.pruning.gradual?.epochs.firstIndex(of: state.epoch + 1) {
        trainer = try pruneGradually(trainer, round: round + 1, epoch: state.epoch + 1)
        self.trainer = trainer
      }
      state.epoch += 1
      state.epochsDone += 1
      state.step = 0
      state.sums = EpochSums()
      state.sums.exchangeBefore = trainer.times.exchange
      state.isEvaluated = false
    }
    if trainer.times.steps > 0 {
      state.exchanges.append(
        ExchangeSummary(
          phase: phase, round: round, bytes: trainer.exchangedBytes,
          seconds: trainer.times.exchange / Double(trainer.times.steps),
          share: trainer.times.exchange / trainer.times.total))
    }
    state.times = StepTimes()
    state.sums = EpochSums()
  }

  /// Trains for what is left of the present epoch.
  private func trainSteps(
    _ trainer: Trainer, _ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int
  ) throws {
    evaluation = nil
    var mark = clock.now
    try trainer.trainEpoch(state.epochsDone, from: state.step) { report in
      state.sums.losses += Double(report.loss)
      state.sums.right += Double(report.accuracy)
      state.sums.rate = report.learningRate
      let now = clock.now
      state.sums.seconds += (now - mark) / .seconds(1)
      mark = now
      state.step += 1
      state.stepsDone += 1
      stepsHere += 1
      state.times = trainer.times
      observer.stepEnded(
        StepProgress(
          phase: phase, round: round, epoch: state.epoch + 1, epochs: numbers.epochs,
          step: state.epoch * plan.stepsPerEpoch + state.step, steps: trainer.steps, loss: report.loss,
          learningRate: report.learningRate,
          imagesPerSecond: Double(state.step * plan.batchSize) / state.sums.seconds))
      try boundary(report.requests, afterStep: true)
    }
  }

  /// Evaluates and records an epoch whose steps are done.
  private func endEpoch(
    _ trainer: Trainer, _ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int
  ) throws {
    let sums = state.sums
    state.trainingSeconds += sums.seconds
    state.trainedImages += plan.stepsPerEpoch * plan.batchSize
    let evaluation = try evaluate()
    state.accuracy = evaluation.accuracy
    let exchange = trainer.times.exchange - sums.exchangeBefore
    let steps = Double(plan.stepsPerEpoch)
    let record = MetricsRecord(
      phase: phase, round: round, epoch: state.epoch + 1, step: state.stepsDone, trainLoss: sums.losses / steps,
      trainAccuracy: sums.right / steps, testLoss: evaluation.loss, testAccuracy: evaluation.accuracy,
      learningRate: sums.rate, imagesPerSecond: steps * Double(plan.batchSize) / sums.seconds,
      exchangeShare: exchange / sums.seconds, exchangeSeconds: exchange / steps, exchangeBytes: trainer.exchangedBytes,
      seconds: seconds, sparsity: sparsity)
    try self.record(record)
    observer.epochEnded(record, epochs: numbers.epochs)
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

extension Job {
  /// What this rank wants at the end of a step.
  private func ownRequests() -> StepRequests {
    var requests = StopSignals.received
    let interval = policy.checkpointMinutes * 60
    if communicator.rank == 0, interval > 0, (clock.now - lastCheckpoint) / .seconds(1) >= interval {
      requests.insert(.checkpoint)
    }
    return requests
  }

  /// What any rank wants, asked between stages. Collective.
  private func exchangingRequests() throws -> StepRequests {
    StepRequests(rawValue: try communicator.allReduce(ownRequests().rawValue, .bitwiseOr))
  }

  /// Between two steps, or two stages: writes a checkpoint where it is time for one, and stops where somebody wants it.
  private func boundary(_ requests: StepRequests, afterStep: Bool = false) throws {
    for failure in writer?.takeFailures() ?? [] { observer.warned("a checkpoint could not be written: \(failure)") }
    let isEnough = policy.stopAfterSteps.map { stepsHere >= $0 } ?? false
    let stops = isEnough || requests.signalName != nil
    let isDue = afterStep && policy.checkpointSteps.map { state.stepsDone % $0 == 0 } ?? false
    if afterStep, policy.verifySteps > 0, state.stepsDone % policy.verifySteps == 0 {
      try ArenaHash(network).proveAgreement(on: "the weights", communicator)
    }
    if stops || isDue || requests.contains(.checkpoint) { try checkpoint() }
    guard stops else { return }
    try communicator.collectively {
      writer?.wait()
      if let failure = writer?.takeFailures().first { throw CheckpointNotWritten(description: failure) }
    }
    throw RunStopped(signal: requests.signalName, step: state.stepsDone)
  }

  /// Writes a checkpoint of where the run stands. Collective; returns while rank 0 is still writing.
  private func checkpoint() throws {
    try ArenaHash(network).proveAgreement(on: "the weights", communicator)
    let optimizer = try trainer?.optimizerState()
    lastCheckpoint = clock.now
    guard let writer, let directory else { return }
    state.seconds = seconds
    state.batchesTracked = network.batchesTracked
    if configuration.isMasked {
      survivors = mask
    } else if survivors == nil, network.layout.isCompact {
      survivors = Mask(keptIn: network.layout, of: ParameterLayout(network.graph))
    }
    writer.write(
      Checkpoint(
        configuration: configuration, state: state, survivors: survivors,
        arena: Array(network.arena[0..<network.layout.count]), optimizer: optimizer,
        metrics: Array(directory.metricsText.utf8), report: Array(observer.report.utf8)))
  }
}

/// Where a job begins.
public enum JobStart {
  /// At its beginning, with this network.
  case network(Network)
  case checkpoint(Checkpoint)
}

/// The run is not at its end; a checkpoint of it is on the disk.
public struct RunStopped: Error {
  /// What asked for it; nil for `--stop-after-steps`.
  public let signal: String?
  /// The optimizer steps of the whole run that are done.
  public let step: Int
}

/// The run was to stop, and its checkpoint could not be written.
public struct CheckpointNotWritten: Error, CustomStringConvertible {
  public let description: String
}

/// What the exchange of a phase cost on rank 0.
public struct ExchangeSummary: Sendable, Equatable, Codable {
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
