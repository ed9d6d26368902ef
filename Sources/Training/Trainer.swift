import Images
import Kernels
import MPI
import Networks
import Pruning

/// What one optimizer step did.
public struct StepReport: Sendable {
  /// The mean loss of the batch.
  public let loss: Float
  /// The share of right predictions in the batch, before the update.
  public let accuracy: Float
  public let learningRate: Double
  /// What ranks ask for; the same on all of them.
  public let requests: StepRequests
  /// Why the step was left out: weights and momentum are as they were, loss and accuracy say nothing.
  public let nonFinite: NonFiniteStep?
}

/// Where the time of a rank's training steps went, in seconds.
public struct StepTimes: Sendable, Equatable, Codable {
  /// Reading, augmenting and normalizing images.
  public var loading = 0.0
  public var forward = 0.0
  public var backward = 0.0
  /// Exchange in both directions, waiting for other ranks included.
  public var exchange = 0.0
  public var update = 0.0
  /// The steps that these are sums over.
  public var steps = 0

  public init() {}

  public var total: Double { loading + forward + backward + exchange + update }
}

/// Runs optimizer steps of one phase: the rank's microbatches forward and backward, exchange, update.
public final class Trainer {
  public let network: Network
  /// Which weights survive, where the arena holds others as well; these must be zero.
  public var mask: Mask?
  public let plan: BatchPlan
  public private(set) var times = StepTimes()
  /// Asked once in a step for what this rank wants at its end.
  public var requests: () -> StepRequests = { [] }

  private let loader: ImageLoader
  private let microbatch: Microbatch
  package let accumulator: GradientAccumulator
  package let exchange: Exchange
  private var optimizer: Optimizer
  private let method: TrainingMethod
  private let phase: PhaseConfiguration
  private let l1: Float
  /// The steps of the phase after which gradual pruning takes weights, in order.
  private let prunings: [Int]
  private let rank: Int
  private var stepsDone = 0
  private let clock = ContinuousClock()

  /// A trainer at the start of a phase: momentum is zero.
  ///
  /// - Parameters:
  ///   - microbatch: a workspace of the network for the plan's microbatches.
  ///   - mask: which weights survive, where the arena holds others as well; these must be zero.
  ///   - l1: the strength of L1 regularization.
  ///   - prunings: the steps of the phase after which gradual pruning takes weights, in order.
  public init(
    _ network: Network, images: ImageSet, plan: BatchPlan, microbatch: Microbatch, method: TrainingMethod,
    phase: PhaseConfiguration, mask: Mask?, l1: Double = 0, prunings: [Int] = [], communicator: Communicator
  ) throws(MPIError) {
    self.network = network
    self.plan = plan
    self.microbatch = microbatch
    self.method = method
    self.phase = phase
    self.mask = mask
    self.l1 = Float(l1)
    self.prunings = prunings
    rank = communicator.rank
    loader = ImageLoader(images)
    let count = network.layout.exchangedCount
    let exact = network.layout.metrics.count
    accumulator = GradientAccumulator(
      microbatches: plan.microbatchesPerRank, count: count,
      rounded: method.exchange == .bfloat16 ? count - exact : 0)
    exchange = try Exchange(method.exchange, communicator, count: count, exact: exact)
    optimizer = Optimizer(network, owned: exchange.owned, averaging: method.averaging)
  }

  /// A trainer that goes on from a checkpoint.
  ///
  /// - Parameters:
  ///   - optimizer: its state.
  ///   - stepsDone: of the phase.
  ///   - times: where the time of these went.
  package convenience init(
    _ network: Network, images: ImageSet, plan: BatchPlan, microbatch: Microbatch, method: TrainingMethod,
    phase: PhaseConfiguration, mask: Mask?, l1: Double, prunings: [Int], communicator: Communicator,
    restoring optimizer: OptimizerState?, stepsDone: Int, times: StepTimes
  ) throws(MPIError) {
    try self.init(
      network, images: images, plan: plan, microbatch: microbatch, method: method, phase: phase,
      mask: mask, l1: l1, prunings: prunings, communicator: communicator)
    self.stepsDone = stepsDone
    self.times = times
    guard let optimizer else { return }
    self.optimizer = Optimizer(
      network, owned: exchange.owned, averaging: method.averaging, restoring: optimizer)
  }

  /// A trainer that goes on, with the survivors' momentum, where another one stands.
  ///
  /// - Parameters:
  ///   - network: the other one's network, less what a compaction leaves out.
  ///   - microbatch: a workspace of this network.
  public init(
    continuing other: Trainer, _ network: Network, compaction: Compaction, microbatch: Microbatch
  ) throws(MPIError) {
    self.network = network
    self.microbatch = microbatch
    plan = other.plan
    times = other.times
    loader = other.loader
    method = other.method
    phase = other.phase
    mask = nil
    l1 = other.l1
    prunings = other.prunings
    rank = other.rank
    stepsDone = other.stepsDone
    let count = network.layout.exchangedCount
    let exact = network.layout.metrics.count
    accumulator = GradientAccumulator(
      microbatches: plan.microbatchesPerRank, count: count,
      rounded: method.exchange == .bfloat16 ? count - exact : 0)
    exchange = try Exchange(method.exchange, other.exchange.communicator, count: count, exact: exact)
    requests = other.requests
    // Before the momentum, which stays in the buffer that both are gathered in.
    let average = try other.gatherAverage()
    optimizer = Optimizer(
      network, owned: exchange.owned, averaging: method.averaging, continuing: other.optimizer,
      momentum: try other.gatherMomentum(), average: average, compaction: compaction)
  }

  /// The momentum of all live parameters, brought together from the ranks; valid until the next step. Collective.
  package func gatherMomentum() throws(MPIError) -> AlignedBuffer {
    // Between steps nobody needs the gradient.
    let momentum = accumulator.sum
    optimizer.copyMomentum(to: momentum)
    try exchange.gather(momentum)
    return momentum
  }

  /// The moving average of all live parameters and running statistics, brought together from the ranks; nil where none is kept.
  /// Collective.
  package func gatherAverage() throws(MPIError) -> [Float]? {
    guard let average = optimizer.average else { return nil }
    let sum = accumulator.sum
    average.copy(to: sum)
    try exchange.gather(sum)
    return Array(sum[0..<network.layout.averagedCount])
  }

  /// Puts the moving average, where one is kept, in the place of the network's parameters and running statistics. Collective.
  ///
  /// - Returns: what was there before; nil where nothing changed.
  @discardableResult
  package func adoptAverage() throws(MPIError) -> [Float]? {
    guard let average = try gatherAverage() else { return nil }
    let place = network.arena[0..<network.layout.averagedCount]
    let before = Array(place)
    _ = place.update(fromContentsOf: average)
    // Pruned weights are zero, and their averages only come close to it.
    mask?.apply(to: place)
    return before
  }

  /// Looks at the network as its moving average is, where one is kept. Collective.
  package func withAverage<Result>(_ body: () throws -> Result) throws -> Result {
    let before = try adoptAverage()
    defer { if let before { _ = network.arena[0..<before.count].update(fromContentsOf: before) } }
    return try body()
  }

  /// What decides the next steps besides the network.
  ///
  /// - Parameters:
  ///   - momentum: of all live parameters; see ``gatherMomentum()``.
  ///   - average: see ``gatherAverage()``.
  package func optimizerState(momentum: [Float], average: [Float]?) -> OptimizerState {
    optimizer.state(momentum: momentum, average: average)
  }

  /// The bytes that this rank sends in one step.
  public var exchangedBytes: Int { exchange.bytesSent }

  /// The floats whose sum this rank looks at and applies.
  package var ownedCount: Int { exchange.owned.count }

  /// The optimizer steps of the whole phase.
  public var steps: Int { phase.epochs * plan.stepsPerEpoch }

  /// The step just done, counted from the beginning of the phase or from the last pruning within it.
  private var averageStep: Int { stepsDone - (prunings.last { $0 < stepsDone } ?? 0) }

  /// Trains for one epoch, or for what is left of it.
  ///
  /// - Parameters:
  ///   - epoch: the number of the epoch over the whole run; images are ordered and augmented by it.
  ///   - firstStep: how many of its steps are done.
  ///   - onStep: called after each step.
  public func trainEpoch(_ epoch: Int, from firstStep: Int = 0, onStep: (StepReport) throws -> Void) throws {
    let order = plan.order(seed: method.seed, epoch: epoch)
    let augmentation = method.augmentation?.inEpoch(epoch)
    try order.withUnsafeBufferPointer { order in
      for step in firstStep..<max(firstStep, plan.stepsPerEpoch) {
        try onStep(try runStep(step, order, augmentation))
      }
    }
    optimizer.finishDeadTaps()
  }

  private func runStep(
    _ step: Int, _ order: UnsafeBufferPointer<Int32>, _ augmentation: Augmentation?
  ) throws -> StepReport {
    let rate = phase.learningRate(step: stepsDone, stepsPerEpoch: plan.stepsPerEpoch)
    computeGradient(step, order, augmentation)
    let gradient = accumulator.sum
    try measure(\.exchange) { try exchange.reduce(gradient) }
    var requests = self.requests()
    measure(\.update) {
      let owned = gradient[exchange.owned]
      if let first = owned.baseAddress, !areFinite(first, count: owned.count) { requests.insert(.nonFinite) }
    }
    requests = try measure(\.exchange) { try exchange.agree(requests) }
    stepsDone += 1
    times.steps += 1
    guard !requests.contains(.nonFinite) else {
      let cause = try explainNonFinite { computeGradient(step, order, augmentation) }
      return StepReport(loss: .nan, accuracy: 0, learningRate: rate, requests: requests, nonFinite: cause)
    }
    measure(\.update) {
      optimizer.step(
        GradientDescentStep(
          learningRate: Float(rate), momentum: Float(method.momentum), isNesterov: method.nesterov,
          weightDecay: Float(method.weightDecay), l1: l1),
        averageStep: averageStep, gradient: gradient, microbatches: plan.microbatchesPerBatch,
        decaysAll: method.decaysAll, mask: mask)
    }
    try measure(\.exchange) { try exchange.gather(network.arena) }
    network.batchesTracked += 1
    let metrics = network.arena[network.layout.metrics]
    return StepReport(
      loss: metrics[0], accuracy: metrics[1], learningRate: rate, requests: requests, nonFinite: nil)
  }

  /// Computes this rank's part of a step's gradient.
  private func computeGradient(_ step: Int, _ order: UnsafeBufferPointer<Int32>, _ augmentation: Augmentation?) {
    guard let labels = microbatch.labels.baseAddress else { preconditionFailure("a microbatch has labels") }
    accumulator.accumulate(plan.microbatches(ofRank: rank)) { index, result, adding in
      let positions = plan.positions(step: step, microbatch: index)
      measure(\.loading) {
        loader.fill(
          UnsafeBufferPointer(rebasing: order[positions]), augmentation: augmentation, into: microbatch.images,
          channelStride: microbatch.imageStride, lanes: microbatch.lanes, labels: labels)
      }
      measure(\.forward) { microbatch.forward(training: true) }
      measure(\.backward) { microbatch.backward(into: result, adding: adding) }
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
