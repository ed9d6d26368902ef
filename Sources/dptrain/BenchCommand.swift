import ArgumentParser
import Images
import Foundation
import Kernels
import Machine
import MPI
import Networks
import Pruning
import Runs
import Training

extension Architecture: ExpressibleByArgument {}
extension ExchangeMethod: ExpressibleByArgument {}

/// `dptrain bench`: figures for `make bench`, one JSON object each.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure one thing and print it as JSON (for `make bench`).", shouldDisplay: false,
    subcommands: [BenchStep.self, BenchExchange.self, BenchSelect.self, BenchInfer.self])
}

/// The median of some measurements.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

func printJSON(_ values: [String: Any]) throws {
  let data = try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
  print(String(decoding: data, as: UTF8.self))
}

/// Training steps on synthetic images, as the main job takes them.
struct BenchStep: RankCommand {
  static let configuration = CommandConfiguration(commandName: "step")

  @Option var arch: Architecture = .resnet18
  @Option var batchSize: Int = 512
  @Option var microbatch: Int = 64
  @Option var steps: Int = 10
  @Option var exchange: ExchangeMethod = .tree
  /// A model to fine-tune; a new network without it.
  @Option var model: String?
  /// What to prune of it; otherwise its zeros say what is pruned.
  @Option var prune: Double?
  /// Multiply by pruned weights too.
  @Flag var masked = false
  @Flag var json = false

  func run(on world: Communicator) throws -> Int32 {
    var configuration = Recipe.quick.configuration
    configuration.architecture = arch
    configuration.batchSize = batchSize
    configuration.microbatch = microbatch
    configuration.exchange = exchange
    configuration.dense = PhaseConfiguration(epochs: 1_000, learningRate: 1e-3, schedule: .constant)
    let data = try CIFARDataset(.synthetic)
    let (start, survivors) = try pruned(world)
    let place = Workplace(
      start, survivors: survivors, pruned: masked ? .zeroed : .removed, lanes: microbatch)
    let (network, mask, layout) = (place.network, place.mask, place.network.layout)
    let trainer = try Trainer(
      TrainingPhase(
        images: data.training, plan: try configuration.plan(data: data, ranks: world.size),
        method: configuration.method, numbers: configuration.dense, communicator: world), at: place)
    let convolutions = layout.convolutionWeights
    let weights = convolutions.reduce(0) { $0 + $1.count }
    let survivorCount = convolutions.reduce(0) { $0 + mask.survivors(of: $1) }
    let clock = ContinuousClock()
    var seconds: [Double] = []
    var before = StepTimes()
    // The first steps fault in memory and fill caches; they do not count.
    let warmUp = 2
    var epoch = 0
    var last = clock.now
    while seconds.count < steps + warmUp {
      try trainer.trainEpoch(epoch) { report in
        if case .leftOut(let cause) = report.outcome {
          throw UsageError(description: "the \(cause): no step to measure")
        }
        let now = clock.now
        seconds.append((now - last) / .seconds(1))
        last = now
        if seconds.count == warmUp { before = trainer.times }
        if seconds.count == steps + warmUp { throw BenchDone() }
      } catching: {
        $0 is BenchDone
      }
      epoch += 1
    }
    let times = trainer.times
    let count = Double(times.steps - before.steps)
    let step = median(Array(seconds.dropFirst(warmUp)))
    let resident = try world.allReduce(ProcessMemory.peakResidentBytes, .max)
    guard world.rank == 0 else { return 0 }
    try printJSON([
      "images_per_second": Double(batchSize) / step, "step_seconds_median": step, "steps": steps,
      "ranks": world.size, "resident_bytes": resident, "batch_size": batchSize, "microbatch": microbatch,
      "arch": network.architecture.rawValue, "exchange": exchange.rawValue,
      "survivors": survivorCount, "weights": weights, "exchange_bytes": trainer.exchangedBytes,
      "sparsity": 1 - Double(survivorCount) / Double(weights),
      "exchanged_floats": layout.exchangedCount,
      "loading_seconds": (times.loading - before.loading) / count,
      "forward_seconds": (times.forward - before.forward) / count,
      "backward_seconds": (times.backward - before.backward) / count,
      "exchange_seconds": (times.exchange - before.exchange) / count,
      "update_seconds": (times.update - before.update) / count,
    ])
    return 0
  }
}

extension BenchStep {
  /// The network to train, and which elements of its full arena survive; nil for all.
  private func pruned(_ world: Communicator) throws -> (Network, Mask?) {
    let network = try model.map { try Network(path: $0) } ?? Network(arch)
    if model == nil { network.initialize(seed: 0) }
    var mask = try Mask(
      survivorsOf: UnsafeBufferPointer(network.arena[0..<network.layout.count]), layout: network.layout)
    if let prune {
      mask = try Training.prune(
        network, mask: mask, request: PruneRequest(convolutionAmount: .total(prune)), communicator: world
      ).mask
    }
    let survivors = mask.survivorCount < mask.count ? mask : nil
    return ((masked ? PrunedWeights.zeroed : .removed).network(of: network, keeping: survivors), survivors)
  }
}

private struct BenchDone: Error {}

extension Trainer {
  /// Trains for an epoch that may be left early.
  fileprivate func trainEpoch(
    _ epoch: Int, onStep: (StepReport) throws -> Void, catching isExpected: (any Error) -> Bool
  ) throws {
    do {
      try trainEpoch(epoch, onStep: onStep)
    } catch  where isExpected(error) {}
  }
}

/// Both exchanges on a buffer of the network's live size.
struct BenchExchange: RankCommand {
  static let configuration = CommandConfiguration(commandName: "exchange")

  @Option var arch: Architecture = .resnet18
  @Option var repetitions: Int = 21
  @Flag var json = false

  func run(on world: Communicator) throws -> Int32 {
    let count = Network(arch).layout.exchangedCount
    let gradient = AlignedBuffer(count: count)
    let arena = AlignedBuffer(count: count)
    let methods: [ExchangeMethod] = [.tree, .native]
    let exchanges = try methods.map { ($0, try $0.make(world, count: count)) }
    let clock = ContinuousClock()
    var seconds: [ExchangeMethod: [Double]] = [:]
    for repetition in 0..<repetitions + 2 {
      for (method, exchange) in exchanges {
        try world.barrier()
        let start = clock.now
        try exchange.reduce(gradient)
        try exchange.gather(arena)
        try world.barrier()
        if repetition >= 2 { seconds[method, default: []].append((clock.now - start) / .seconds(1)) }
      }
    }
    guard world.rank == 0 else { return 0 }
    try printJSON([
      "ranks": world.size, "bytes": 4 * count, "tree_seconds": median(seconds[.tree] ?? []),
      "native_seconds": median(seconds[.native] ?? []), "repetitions": repetitions,
    ])
    return 0
  }
}

/// Global selection of 98 % of ResNet18's convolution weights, with the broadcast of the mask.
struct BenchSelect: RankCommand {
  static let configuration = CommandConfiguration(commandName: "select")

  @Option var arch: Architecture = .resnet18
  @Option var prune: Double = 0.98
  @Option var repetitions: Int = 7
  @Flag var json = false

  func run(on world: Communicator) throws -> Int32 {
    let network = Network(arch)
    var seconds: [Double] = []
    for _ in 0..<repetitions {
      network.initialize(seed: 0)
      let all = Mask(allSurviving: network.layout.count)
      try world.barrier()
      let result = try Training.prune(
        network, mask: all, request: PruneRequest(convolutionAmount: .total(prune)), communicator: world)
      seconds.append(result.seconds)
    }
    guard world.rank == 0 else { return 0 }
    try printJSON([
      "weights": network.layout.convolutionWeights.reduce(0) { $0 + $1.count }, "seconds": median(seconds),
      "ranks": world.size, "amount": prune, "repetitions": repetitions,
    ])
    return 0
  }
}
