import Formats
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
  public let outline: RunOutline
  public let data: CIFARDataset
  public let communicator: Communicator
  /// What the job works at: after pruning, a network of survivors only.
  public internal(set) var place: Workplace
  /// Where the run stands.
  public internal(set) var state: RunState

  let directory: RunDirectory?
  let journal: RunJournal
  let observer: any JobObserver
  let checkpoints: CheckpointKeeper
  /// What trains the present phase.
  var trainer: Trainer?
  /// What a checkpoint left for the trainer of the phase that goes on.
  var restoredOptimizer: OptimizerState?
  private let measures: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let secondsBefore: Double
  /// How the network does as it is; `nil` once it has changed.
  private var evaluation: Evaluation?

  /// - Parameters:
  ///   - outline: what was worked out of the configuration already; nil to do it now.
  ///   - source: where the job begins; the same on all ranks.
  ///   - directory: where rank 0 keeps what the job makes; `nil` on the other ranks, and where nothing is kept.
  ///   - journal: where the observer writes what it says; a checkpoint's comes back here.
  ///   - measures: whether the end of the run says how fast and how large its network is.
  /// - Throws: `BatchPlanError` or `PruningError` where the configuration does not fit the data, the ranks or the network;
  ///   `CheckpointError.Problem` where the checkpoint does not.
  public init(
    _ configuration: RunConfiguration, policy: RunPolicy = RunPolicy(), outline: RunOutline? = nil,
    start source: JobStart, data: CIFARDataset, communicator: Communicator, directory: RunDirectory? = nil,
    journal: RunJournal = RunJournal(), measures: Bool = false, observer: any JobObserver = SilentObserver()
  ) throws {
    self.configuration = configuration
    self.policy = policy
    self.data = data
    self.communicator = communicator
    self.directory = directory
    self.journal = journal
    self.measures = measures
    self.observer = observer
    let outline = try outline ?? RunOutline(configuration, data: data, ranks: communicator.size)
    self.outline = outline
    checkpoints = CheckpointKeeper(policy, folder: directory?.file("checkpoints"))
    let network: Network
    let survivors: Mask?
    switch source {
    case .network(let full):
      // A model that is to be pruned may be pruned already. One that is to be trained is dense, zeros or not.
      let weights = UnsafeBufferPointer(full.arena[0..<full.layout.count])
      let found = configuration.kind != .prune ? nil : try Mask(survivorsOf: weights, layout: full.layout)
      survivors = found.flatMap { $0.survivorCount < $0.count ? $0 : nil }
      network = configuration.prunedWeights.network(of: full, keeping: survivors)
      state = RunState(stage: outline.stages[0])
    case .checkpoint(let checkpoint):
      network = try checkpoint.network(classes: data.classNames.count)
      survivors = checkpoint.survivors
      state = checkpoint.state
      restoredOptimizer = checkpoint.optimizer
      try state.check(
        stages: outline.stages, configuration: configuration, stepsPerEpoch: outline.plan.stepsPerEpoch)
      (journal.text, journal.record) = (checkpoint.reportText, checkpoint.record)
    }
    secondsBefore = state.seconds
    place = Workplace(
      network, survivors: survivors, pruned: configuration.prunedWeights, lanes: configuration.microbatch,
      labelSmoothing: configuration.labelSmoothing)
    start = clock.now
  }

  public var network: Network { place.network }

  /// Of all weights and running statistics.
  public var hash: Hash128 { Hash128(network) }

  /// The rounds of pruning.
  public var rounds: Int { outline.requests.count }

  /// Whether dense training prunes.
  public var isGradual: Bool { configuration.pruning.gradual != nil }

  /// The wall-clock seconds of the run, over all processes that have worked at it.
  public var seconds: Double { secondsBefore + (clock.now - start) / .seconds(1) }

  /// What checkpoints have cost this process so far.
  public var checkpointCost: CheckpointCost { checkpoints.cost }

  /// Does what is left of the run, stage by stage. Collective.
  ///
  /// - Throws: `RunStopped` where the run is to be resumed later.
  public func run() throws {
    let stages = outline.stages
    guard let first = stages.firstIndex(of: state.stage) else { return }
    for index in first..<stages.count {
      observer.stageBegan(stages[index])
      try perform(stages[index])
      guard index + 1 < stages.count else { break }
      state.begin(stages[index + 1])
      trainer = nil
      try boundary()
    }
    finishCheckpoints()
  }

  private func perform(_ stage: RunStage) throws {
    switch stage {
    case .dense:
      try train(configuration.dense, phase: .dense, round: 0)
      try save(isGradual ? "checkpoints/gradual.safetensors" : "dense.safetensors")
    case .start: try look(isGradual ? .gradual : .dense, isGradual ? "gradually pruned" : "before pruning", round: 0)
    case .prune(let round): try look(.pruned, "pruned\(name(round))", round: round, try prune(round: round, epoch: 0))
    case .finetune(let round): try finetune(round: round)
    case .evaluation(let round):
      try look(.finetuned, (finetunes ? "fine-tuned" : "not fine-tuned") + name(round), round: round)
    case .summary: try finish()
    }
  }

  /// Whether anything follows a pruning. Where nothing does, its end is not among the results a second time.
  private var finetunes: Bool { configuration.retraining(round: 1).epochs > 0 }

  private func name(_ round: Int) -> String { rounds > 1 && !isGradual ? ", round \(round) of \(rounds)" : "" }

  /// Evaluates the network as it is at the end of a stage, and tells of it.
  private func look(_ kind: RunMoment.Kind, _ name: String, round: Int, _ pruning: PruningResult? = nil) throws {
    let evaluation = try evaluate()
    if configuration.kind != .train, kind != .finetuned || finetunes {
      state.results.append(StageResult(name: name, loss: evaluation.loss, accuracy: evaluation.accuracy))
    }
    try tell(kind, name, round: round, evaluation, pruning)
  }

  private func tell(
    _ kind: RunMoment.Kind, _ name: String, round: Int, _ evaluation: Evaluation, _ pruning: PruningResult? = nil
  ) throws {
    try observer.saw(
      RunMoment(
        kind: kind, name: name, round: round, rounds: rounds, isTrained: configuration.kind == .train,
        isGradual: isGradual, step: state.stepsDone, seconds: seconds, evaluation: evaluation, place: place,
        pruning: pruning))
  }

  /// Evaluates the network on the test images, if it has changed since the last time. Collective.
  public func evaluate() throws -> Evaluation {
    if let evaluation { return evaluation }
    let fresh = try place.evaluate(data.test, communicator)
    evaluation = fresh
    return fresh
  }

  /// Fine-tunes what pruning has left and keeps the model among the checkpoints, after the last round as `pruned.safetensors`.
  private func finetune(round: Int) throws {
    if !isGradual { try rewindWeights() }
    let numbers = isGradual ? configuration.finetune : configuration.retraining(round: round)
    try train(numbers, phase: .finetune, round: round)
    if !isGradual { try save("checkpoints/round-\(round).safetensors") }
    if round == rounds { try save("pruned.safetensors") }
  }

  /// Prunes for one round, goes on with the survivors, and records how these do.
  private func prune(round: Int, epoch: Int) throws -> PruningResult {
    let network = place.network
    let result = try Training.prune(
      network, mask: place.mask, request: outline.requests[round - 1], communicator: communicator)
    weightsChange()
    let (rest, compaction) = place.keeping(result.mask)
    place = rest
    if let trainer { self.trainer = try Trainer(continuing: trainer, at: place, compaction) }
    let evaluation = try trainer?.withAverage(evaluate) ?? evaluate()
    try record(
      MetricsRecord(
        phase: .prune, round: round, epoch: epoch, step: state.stepsDone, testLoss: evaluation.loss,
        testAccuracy: evaluation.accuracy, seconds: seconds, sparsity: place.sparsity))
    return result
  }

  /// Between two epochs of training, prunes where gradual pruning does.
  func pruneGradually(_ trainer: Trainer) throws {
    let epoch = state.epoch + 1
    guard let index = configuration.pruning.gradual?.epochs.firstIndex(of: epoch) else { return }
    if index == 0 {
      try tell(
        .unpruned, "before its first pruning, after epoch \(epoch)", round: 0, try trainer.withAverage(evaluate))
    }
    let result = try prune(round: index + 1, epoch: epoch)
    let name = index + 1 == rounds ? "its last pruning" : "a pruning"
    try tell(.pruned, "after \(name), in epoch \(epoch)", round: index + 1, try evaluate(), result)
  }

  private func finish() throws {
    if configuration.kind == .train { try look(.dense, "trained", round: 0) }
    // The measurement is not part of the run.
    var ending = RunEnding(state: state, seconds: seconds, place: place)
    try communicator.collectively {
      if measures, let directory {
        ending.speed = try? InferenceSpeed.measure(network, images: data.test)
        ending.packedBytes = directory.packedBytes
      }
      try observer.finished(ending)
      try directory?.finish(report: journal.text)
    }
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

extension RunConfiguration {
  /// What becomes of pruned weights.
  public var prunedWeights: PrunedWeights { isMasked ? .zeroed : .removed }
}
