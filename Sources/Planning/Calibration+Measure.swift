import Images
import Kernels
import Machine
import MPI
import Networks
import Pruning
import Runs
import Training

extension Calibration {
  /// Measures a run's first steps, dense and pruned, on all ranks of this host at once. Collective; a few seconds.
  ///
  /// No weight changes: the learning rate is zero.
  ///
  /// - Parameter network: dense, or pruned already; otherwise it is pruned as the run's last round does.
  public static func measure(
    _ configuration: RunConfiguration, _ network: Network, data: CIFARDataset, _ world: Communicator
  ) throws -> Calibration {
    let layout = network.layout
    let found = try Mask(survivorsOf: UnsafeBufferPointer(network.arena[0..<layout.count]), layout: layout)
    let isPruned = found.survivorCount < found.count
    let whole = isPruned ? Network(network.architecture, classes: network.classes) : network
    if isPruned { whole.initialize(seed: configuration.seed) }
    var calibration = Calibration(
      processor: Processor.name, ranks: world.size, architecture: network.architecture.rawValue,
      microbatch: configuration.microbatch, dense: try phase(whole, configuration, data, world), sparse: nil,
      sparsity: 0, addition: try additionSeconds(count: layout.exchangedCount, world),
      localMessage: try messageSeconds(world), selection: 0)

    var mask = found
    if !isPruned, configuration.kind != .train,
      let request = try configuration.pruning.requests(layout: layout, seed: configuration.seed).last
    {
      var final = request
      final.roundsLeft = 1
      let result = try prune(network, mask: mask, request: final, communicator: world)
      (mask, calibration.selection) = (result.mask, result.seconds)
    }
    let (all, left) = layout.convolutionWeights.reduce(into: (0, 0)) { sum, parameter in
      sum = (sum.0 + parameter.count, sum.1 + mask.survivors(of: parameter))
    }
    guard left < all else { return calibration }
    calibration.sparsity = 1 - Double(left) / Double(all)
    var sparse = try phase(network.compacted(keeping: mask), configuration, data, world)
    // A run gives the whole network back when it has the survivors; here others still need it.
    sparse.resident -= MemoryLayout<Float>.stride * layout.count
    calibration.sparse = sparse
    return calibration
  }

  private static let warmUp = 3
  private static let steps = 15

  /// Steps of one microbatch a rank.
  private static func phase(
    _ network: Network, _ run: RunConfiguration, _ data: CIFARDataset, _ world: Communicator
  ) throws -> Phase {
    var configuration = run
    configuration.architecture = network.architecture
    configuration.batchSize = run.microbatch * world.size
    configuration.dense = PhaseConfiguration(epochs: 1_000, learningRate: 0, schedule: .constant)
    let trainer = try Trainer(
      TrainingPhase(
        images: data.training, plan: try configuration.plan(data: data, ranks: world.size),
        method: configuration.method, numbers: configuration.dense, communicator: world),
      at: Workplace(network, lanes: run.microbatch))
    let times = try trainer.stepTimes(warmUp + steps).dropFirst(warmUp)

    // A step waits for its slowest rank.
    let gradient = try world.slowest(times.map { $0.loading + $0.forward + $0.backward })
    let forward = try world.slowest(times.map { $0.loading + $0.forward })
    let update = try world.slowest(times.map(\.update))
    let step = try world.slowest(times.map(\.total))
    let layout = network.layout
    let resident = try world.allReduce(ProcessMemory.residentBytes, .max)
    let exchange = try exchangeSeconds(configuration.exchange, layout, world)
    return Phase(
      // Where ranks share cores, one that waits takes time from those that work: what waiting adds to the exchange counts too.
      gradient: max(gradient, step - exchange.seconds - update), forward: forward,
      update: update / Double(max(1, trainer.ownedCount)), localByte: exchange.localByte,
      exchanged: layout.exchangedCount, exact: layout.metrics.count, live: layout.liveCount, resident: resident)
  }

  /// What an exchange of the network's size takes on this host, and what of that is to bring one byte to another rank.
  private static func exchangeSeconds(
    _ method: ExchangeMethod, _ layout: ParameterLayout, _ world: Communicator
  ) throws -> (seconds: Double, localByte: Double) {
    let count = layout.exchangedCount
    guard world.size > 1 else { return (0, 2 * copySeconds(count: count) / Double(4 * count)) }
    let exchange = try method.make(world, count: count, exact: layout.metrics.count)
    let (gradient, arena) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
    let seconds = try repeated(9, world) {
      try exchange.reduce(gradient)
      try exchange.gather(arena)
    }
    let additions = Double(world.size - 1) / Double(world.size) * Double(count)
    let spent = seconds - additions * (try additionSeconds(count: count, world))
    return (seconds, max(0, spent) / Double(max(1, exchange.bytesSent)))
  }

  private static func additionSeconds(count: Int, _ world: Communicator) throws -> Double {
    let (sum, term) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
    return try repeated(9, world) { addFloats(term.pointer, to: sum.pointer, count: count) } / Double(count)
  }

  private static func copySeconds(count: Int) -> Double {
    let (source, target) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
    let clock = ContinuousClock()
    return (0..<5).map { _ in
      clock.measure { target.pointer.update(from: source.pointer, count: count) } / .seconds(1)
    }.min() ?? 0
  }

  /// A rank's message to the next on this host: an exchange of next to nothing, by its rounds.
  private static func messageSeconds(_ world: Communicator) throws -> Double {
    guard world.size > 1 else { return 1e-6 }
    let exchange = try ExchangeMethod.tree.make(world, count: 64 * world.size)
    let buffer = AlignedBuffer(count: 64 * world.size)
    let seconds = try repeated(51, world) {
      try exchange.reduce(buffer)
      try exchange.gather(buffer)
    }
    return seconds / Double(2 * (world.size - 1))
  }

  /// The median over repetitions of what the slowest rank takes, all having begun together.
  private static func repeated(_ count: Int, _ world: Communicator, _ body: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    var seconds: [Double] = []
    for _ in 0..<count + 2 {
      try world.barrier()
      let start = clock.now
      try body()
      seconds.append((clock.now - start) / .seconds(1))
    }
    return try world.slowest(Array(seconds.dropFirst(2)))
  }
}

extension Communicator {
  /// The median of the largest of all ranks' values, place by place.
  fileprivate func slowest(_ values: [Double]) throws -> Double {
    var largest = values
    try largest.withUnsafeMutableBufferPointer { buffer in try allReduce(buffer, .max) }
    let sorted = largest.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

private struct Enough: Error {}

extension Trainer {
  /// Takes some steps, and says where the time of each went.
  fileprivate func stepTimes(_ count: Int) throws -> [StepTimes] {
    var result: [StepTimes] = []
    var before = times
    var epoch = 0
    while result.count < count {
      do {
        try trainEpoch(epoch) { report in
          if case .leftOut(let cause) = report.outcome {
            throw TrainingError.notFinite(
              cause, epoch: epoch, step: result.count + 1, runStep: result.count + 1, learningRate: 0, checkpoint: nil)
          }
          result.append(times.since(before))
          before = times
          if result.count == count { throw Enough() }
        }
      } catch is Enough {}
      epoch += 1
    }
    return result
  }
}

extension StepTimes {
  /// What has been added since.
  fileprivate func since(_ other: StepTimes) -> StepTimes {
    var result = self
    result.loading -= other.loading
    result.forward -= other.forward
    result.backward -= other.backward
    result.exchange -= other.exchange
    result.update -= other.update
    result.steps -= other.steps
    return result
  }
}
