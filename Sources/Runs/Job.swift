import Training
import Images
import MPI
import Networks
import Pruning

/// Where a job begins.
public enum JobStart {
  /// At its beginning, with this network.
  case network(Network)
  /// Where a run stood.
  case checkpoint(Checkpoint)
}

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
  public internal(set) var state: RunState
  /// What the run does, one after the other.
  public let stages: [RunStage]

  let plan: BatchPlan
  let directory: RunDirectory?
  let observer: any JobObserver
  let checkpoints: CheckpointKeeper
  private(set) var microbatch: Microbatch
  /// What trains the present phase.
  var trainer: Trainer?
  /// What a checkpoint left for the trainer of the phase that goes on.
  var restoredOptimizer: OptimizerState?
  /// Which elements of the architecture's full arena survive; nil for all.
  private(set) var survivors: Mask?
  private let requests: [PruneRequest]
  private var evaluator: Evaluator
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let secondsBefore: Double
  /// How the network does as it is; `nil` once it has changed.
  private var evaluation: Evaluation?

  /// - Parameters:
  ///   - source: where the job begins; the same on all ranks.
  ///   - directory: where rank 0 keeps what the job makes; `nil` on the other ranks.
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
    checkpoints = CheckpointKeeper(policy, folder: directory?.file("checkpoints"))
    switch source {
    case .network(let full):
      requests = try configuration.pruning.requests(layout: full.layout, seed: configuration.seed)
      // A model that is to be pruned may be pruned already. One that is to be trained is dense, zeros or not.
      let weights = UnsafeBufferPointer(full.arena[0..<full.layout.count])
      let all = Mask(allSurviving: full.layout.count)
      let found = configuration.kind != .prune ? all : try Mask(survivorsOf: weights, layout: full.layout)
      network = configuration.isMasked || found == all ? full : full.compacted(keeping: found)
      survivors = found == all ? nil : found
      stages = RunStage.all(configuration, rounds: requests.count)
      state = RunState(stage: stages[0])
    case .checkpoint(let checkpoint):
      network = try checkpoint.network(classes: data.classNames.count)
      requests = try configuration.pruning.requests(layout: network.layout, seed: configuration.seed)
      survivors = checkpoint.survivors
      stages = RunStage.all(configuration, rounds: requests.count)
      state = checkpoint.state
      restoredOptimizer = checkpoint.optimizer
      try state.check(stages: stages, configuration: configuration, stepsPerEpoch: plan.stepsPerEpoch)
    }
    mask =
      configuration.isMasked
      ? survivors ?? Mask(allSurviving: network.layout.count)
      : Mask(allSurviving: network.layout.count)
    secondsBefore = state.seconds
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

  /// Whether dense training prunes.
  public var isGradual: Bool { configuration.pruning.gradual != nil }

  /// The epochs of dense training after which gradual pruning takes weights.
  var prunedEpochs: [Int] { configuration.pruning.gradual?.epochs ?? [] }

  /// The wall-clock seconds of the run, over all processes that have worked at it.
  public var seconds: Double { secondsBefore + (clock.now - start) / .seconds(1) }

  /// What checkpoints have cost this process so far.
  public var checkpointCost: CheckpointCost { checkpoints.cost }

  /// The pruned fraction of all convolution and linear weights.
  public var sparsity: Double {
    let weights = network.layout.parameters.filter { $0.role == .convolutionWeight || $0.role == .linearWeight }
    let count = weights.reduce(0) { $0 + $1.count }
    let survivors = weights.reduce(0) { $0 + mask.survivors(of: $1) }
    return Double(count - survivors) / Double(count)
  }

  /// Does what is left of the run, stage by stage.
  ///
  /// - Parameter perform: does one stage.
  /// - Throws: `RunStopped` where the run is to be resumed later.
  public func run(_ perform: (RunStage) throws -> Void) throws {
    guard let first = stages.firstIndex(of: state.stage) else { return }
    for index in first..<stages.count {
      try perform(stages[index])
      guard index + 1 < stages.count else { break }
      state.begin(stages[index + 1])
      trainer = nil
      try boundary()
    }
    finishCheckpoints()
  }

  /// Evaluates the network on the test images, if it has changed since the last time.
  public func evaluate() throws -> Evaluation {
    if let evaluation { return evaluation }
    let fresh = try evaluator.evaluate()
    evaluation = fresh
    return fresh
  }

  /// Takes note of how the network does at the end of a stage.
  public func note(_ evaluation: Evaluation, as name: String) {
    state.results.append(StageResult(name: name, loss: evaluation.loss, accuracy: evaluation.accuracy))
  }

  /// Trains the dense network and keeps it in `dense.safetensors`. Where pruning is gradual, what is left of it at the end
  /// is kept in `checkpoints/gradual.safetensors` instead.
  public func trainDense() throws {
    try train(configuration.dense, phase: .dense, round: 0)
    try save(isGradual ? "checkpoints/gradual.safetensors" : "dense.safetensors")
  }

  /// Fine-tunes what gradual pruning left and keeps it as `pruned.safetensors`.
  public func finetuneGradual() throws {
    try train(configuration.finetune, phase: .finetune, round: rounds)
    try save("pruned.safetensors")
  }

  /// Fine-tunes the survivors of one round and keeps the model among the checkpoints; after the last round also as
  /// `pruned.safetensors`.
  ///
  /// - Parameter round: from 1.
  public func finetune(round: Int) throws {
    try rewindWeights()
    try train(configuration.retraining(round: round), phase: .finetune, round: round)
    try save("checkpoints/round-\(round).safetensors")
    if round == rounds { try save("pruned.safetensors") }
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

  /// Prunes in the middle of training, and returns what goes on with the rest.
  func pruneGradually(_ trainer: Trainer, round: Int, epoch: Int) throws -> Trainer {
    if round == 1 { observer.prunesInTraining(self, epoch: epoch, try trainer.withAverage(evaluate)) }
    let result = try Training.prune(network, mask: mask, request: requests[round - 1], communicator: communicator)
    var next = trainer
    if let compaction = keep(result.mask) {
      next = try Trainer(continuing: trainer, network, compaction: compaction, microbatch: microbatch)
    } else {
      trainer.mask = result.mask
    }
    let evaluation = try next.withAverage(evaluate)
    let record = pruned(round: round, epoch: epoch, evaluation)
    try self.record(record)
    observer.prunedInTraining(self, record, result, evaluation)
    return next
  }

  private func pruned(round: Int, epoch: Int, _ evaluation: Evaluation) -> MetricsRecord {
    MetricsRecord(
      phase: .prune, round: round, epoch: epoch, step: state.stepsDone, testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy, seconds: seconds, sparsity: sparsity)
  }

  /// Goes on with the survivors of a mask.
  ///
  /// - Returns: the way to the layout of these, unless pruned weights stay as zeros.
  @discardableResult
  private func keep(_ survivors: Mask) -> Compaction? {
    weightsChange()
    guard !configuration.isMasked else {
      mask = survivors
      self.survivors = survivors
      return nil
    }
    let compaction = network.layout.compaction(keeping: survivors)
    network = network.compacted(compaction)
    mask = Mask(allSurviving: network.layout.count)
    self.survivors =
      network.layout.isCompact ? Mask(keptIn: network.layout, of: ParameterLayout(network.graph)) : nil
    microbatch = Microbatch(
      network, lanes: configuration.microbatch, labelSmoothing: Float(configuration.labelSmoothing))
    evaluator = Evaluator(data.test, microbatch: microbatch, communicator: communicator)
    return compaction
  }

  /// The last evaluation does not count any more.
  func weightsChange() { evaluation = nil }

  func record(_ record: MetricsRecord) throws {
    try communicator.collectively { try directory?.append(record) }
  }

  func save(_ name: String) throws {
    try communicator.collectively {
      guard let directory else { return }
      // A checkpoint that is being written must not take the last of the disk from the model.
      checkpoints.wait()
      try network.save(
        to: directory.file(name), classNames: data.classNames, normalization: data.normalization)
    }
  }
}
