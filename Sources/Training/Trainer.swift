import Images
import Kernels
import MPI
import Networks
import Pruning

/// What a phase of training needs besides a network.
public struct TrainingPhase {
  public var images: ImageSet
  public var plan: BatchPlan
  public var method: TrainingMethod
  public var numbers: PhaseConfiguration
  /// The strength of L1 regularization.
  public var l1 = 0.0
  /// The steps of the phase after which gradual pruning takes weights, in order.
  public var prunings: [Int] = []
  public var communicator: Communicator

  public init(
    images: ImageSet, plan: BatchPlan, method: TrainingMethod, numbers: PhaseConfiguration, communicator: Communicator
  ) {
    self.images = images
    self.plan = plan
    self.method = method
    self.numbers = numbers
    self.communicator = communicator
  }
}

/// How far a phase has come.
package struct PhaseProgress {
  /// nil before the first step.
  package var optimizer: OptimizerState?
  /// Of the phase.
  package var stepsDone = 0
  /// Where the time of these went.
  package var times = StepTimes()

  package init(optimizer: OptimizerState? = nil, stepsDone: Int = 0, times: StepTimes = StepTimes()) {
    self.optimizer = optimizer
    self.stepsDone = stepsDone
    self.times = times
  }
}

/// Runs optimizer steps of one phase: the rank's microbatches forward and backward, exchange, update.
public final class Trainer {
  public private(set) var times: StepTimes
  let place: Workplace
  let accumulator: GradientAccumulator
  let exchange: any Exchange
  private let phase: TrainingPhase
  private let loader: ImageLoader
  private let update: ParameterUpdate
  private var stepsDone: Int
  private let clock = ContinuousClock()

  /// A trainer at the start of a phase.
  public convenience init(_ phase: TrainingPhase, at place: Workplace) throws(MPIError) {
    try self.init(phase, at: place, from: PhaseProgress())
  }

  /// A trainer that goes on.
  package init(_ phase: TrainingPhase, at place: Workplace, from progress: PhaseProgress) throws(MPIError) {
    self.phase = phase
    self.place = place
    loader = ImageLoader(phase.images)
    let layout = place.network.layout
    exchange = try phase.method.exchange.make(
      phase.communicator, count: layout.exchangedCount, exact: layout.metrics.count)
    accumulator = GradientAccumulator(
      microbatches: phase.plan.microbatches(ofRank: phase.communicator.rank), count: layout.exchangedCount,
      rounded: exchange.rounded)
    update = ParameterUpdate(
      place.network, mask: place.zeros, owned: exchange.owned, method: phase.method, from: progress.optimizer)
    stepsDone = progress.stepsDone
    times = progress.times
  }

  /// A trainer that goes on where another one stands, with what a pruning has left of its network. Collective.
  package convenience init(
    continuing other: Trainer, at place: Workplace, _ compaction: Compaction?
  ) throws(MPIError) {
    var optimizer = try other.gatherState()
    if let compaction { optimizer = optimizer.compacted(compaction, from: other.place.network.layout) }
    try self.init(
      other.phase, at: place,
      from: PhaseProgress(optimizer: optimizer, stepsDone: other.stepsDone, times: other.times))
  }

  private var network: Network { place.network }
  private var plan: BatchPlan { phase.plan }

  /// What decides the next steps besides the network, brought together from the ranks. Collective.
  package func gatherState() throws(MPIError) -> OptimizerState {
    var memory = SpareMemory()
    return try gatherState(in: &memory)
  }

  /// The same, in memory that is there.
  package func gatherState(in memory: inout SpareMemory) throws(MPIError) -> OptimizerState {
    try update.state { (part, place, count) throws(MPIError) in try gather(part, place, count, &memory) }
  }

  /// Brings together all ranks' parts of a buffer of the layout, and copies its first elements.
  private func gather(
    _ part: AlignedBuffer, _ place: Range<Int>, _ count: Int, _ memory: inout SpareMemory
  ) throws(MPIError) -> [Float] {
    // Between steps nobody needs the gradient.
    let whole = accumulator.sum
    (whole.pointer + place.lowerBound).update(from: part.pointer, count: place.count)
    try exchange.gather(whole)
    return memory.copy(whole[0..<count])
  }

  /// Puts the moving average, where one is kept, in the place of the network's parameters and running statistics. Collective.
  ///
  /// - Returns: what was there before; nil where nothing changed.
  @discardableResult
  package func adoptAverage() throws(MPIError) -> [Float]? {
    guard let average = update.average else { return nil }
    var memory = SpareMemory()
    let place = network.arena[0..<network.layout.averagedCount]
    let values = try gather(average.values, average.range, place.count, &memory)
    let before = Array(place)
    _ = place.update(fromContentsOf: values)
    // Pruned weights are zero, and their averages only come close to it.
    self.place.zeros?.apply(to: place)
    return before
  }

  /// Looks at the network as its moving average is, where one is kept. Collective.
  package func withAverage<Result>(_ body: () throws -> Result) throws -> Result {
    let before = try adoptAverage()
    defer { if let before { _ = network.arena[0..<before.count].update(fromContentsOf: before) } }
    return try body()
  }

  /// The bytes that this rank sends in one step.
  public var exchangedBytes: Int { exchange.bytesSent }

  /// The floats whose sum this rank looks at and applies.
  package var ownedCount: Int { exchange.owned.count }

  /// The optimizer steps of the whole phase.
  public var steps: Int { phase.numbers.epochs * plan.stepsPerEpoch }

  /// The step just done, counted from the beginning of the phase or from the last pruning within it.
  private var averageStep: Int { stepsDone - (phase.prunings.last { $0 < stepsDone } ?? 0) }

  /// Trains for one epoch, or for what is left of it.
  ///
  /// - Parameters:
  ///   - epoch: the number of the epoch over the whole run; images are ordered and augmented by it.
  ///   - firstStep: how many of its steps are done.
  ///   - requests: what this rank wants at the end of a step.
  ///   - onStep: called after each step.
  public func trainEpoch(
    _ epoch: Int, from firstStep: Int = 0, requests: () -> StepRequests = { [] }, onStep: (StepReport) throws -> Void
  ) throws {
    let order = plan.order(seed: phase.method.seed, epoch: epoch)
    let augmentation = phase.method.augmentation?.inEpoch(epoch)
    try order.withUnsafeBufferPointer { order in
      for step in firstStep..<max(firstStep, plan.stepsPerEpoch) {
        try onStep(try runStep(step, order, augmentation, requests))
      }
    }
    update.finishDeadTaps()
  }

  private func runStep(
    _ step: Int, _ order: UnsafeBufferPointer<Int32>, _ augmentation: Augmentation?, _ requests: () -> StepRequests
  ) throws -> StepReport {
    let rate = phase.numbers.learningRate(step: stepsDone, stepsPerEpoch: plan.stepsPerEpoch)
    computeGradient(step, order, augmentation)
    let gradient = accumulator.sum
    try measure(\.exchange) { try exchange.reduce(gradient) }
    var wanted = requests()
    measure(\.update) {
      let owned = gradient[exchange.owned]
      if let first = owned.baseAddress, !areFinite(first, count: owned.count) { wanted.insert(.nonFinite) }
    }
    wanted = try measure(\.exchange) { try wanted.united(phase.communicator) }
    stepsDone += 1
    times.steps += 1
    guard !wanted.contains(.nonFinite) else {
      let cause = try explainNonFinite { computeGradient(step, order, augmentation) }
      return StepReport(outcome: .leftOut(cause), learningRate: rate, requests: wanted)
    }
    measure(\.update) {
      update.apply(
        UpdateStep(
          learningRate: Float(rate), weightDecay: Float(phase.method.weightDecay), l1: Float(phase.l1),
          gradientScale: 1 / Float(plan.microbatchesPerBatch)),
        gradient: gradient, averageStep: averageStep)
    }
    try measure(\.exchange) { try exchange.gather(network.arena) }
    network.batchesTracked += 1
    let (arena, layout) = (network.arena.pointer, network.layout)
    return StepReport(
      outcome: .taken(loss: arena[layout.loss], accuracy: arena[layout.accuracy]), learningRate: rate,
      requests: wanted)
  }

  /// Computes this rank's part of a step's gradient.
  private func computeGradient(_ step: Int, _ order: UnsafeBufferPointer<Int32>, _ augmentation: Augmentation?) {
    let microbatch = place.microbatch
    guard let labels = microbatch.labels.baseAddress else { preconditionFailure("a microbatch has labels") }
    for leaf in accumulator.leaves {
      let positions = plan.positions(step: step, microbatch: leaf.microbatch)
      measure(\.loading) {
        loader.fill(
          UnsafeBufferPointer(rebasing: order[positions]), augmentation: augmentation, into: microbatch.images,
          channelStride: microbatch.imageStride, lanes: microbatch.lanes, labels: labels)
      }
      measure(\.forward) { microbatch.forward(training: true) }
      measure(\.backward) { microbatch.backward(into: accumulator.buffer(of: leaf), adding: leaf.isAdded) }
      accumulator.finish(leaf)
    }
  }

  private func measure<Result>(_ part: WritableKeyPath<StepTimes, Double>, _ body: () throws -> Result) rethrows
    -> Result
  {
    let start = clock.now
    defer { times[keyPath: part] += (clock.now - start) / .seconds(1) }
    return try body()
  }
}
