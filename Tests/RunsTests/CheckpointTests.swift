import Formats
import Foundation
import Networks
import Pruning
import TestSupport
import Testing
import Runs
import Training

/// The file of a checkpoint, and what is wrong with one that is not as it was written.
struct CheckpointTests {
  private let scratch: TemporaryDirectory
  private var path: String { scratch.url.appending(path: "checkpoint.safetensors").path() }

  init() throws { scratch = try TemporaryDirectory() }

  /// A checkpoint in the midst of everything, with numbers that text does not keep easily.
  private static func checkpoint() -> Checkpoint {
    var state = RunState(stage: .finetune(round: 2))
    (state.epoch, state.step, state.isEvaluated) = (3, 7, true)
    (state.epochsDone, state.stepsDone, state.batchesTracked) = (23, 1 << 40, Int64.max)
    (state.sums.losses, state.sums.right, state.sums.rate) = (0.1 + 0.2, 1 / 3, .leastNonzeroMagnitude)
    (state.sums.seconds, state.sums.exchangeBefore, state.sums.skipped) = (1e300, .pi, 2)
    state.times.forward = 1.0000000000000002
    state.times.steps = 9
    (state.seconds, state.trainingSeconds, state.trainedImages) = (123.456, 7, 99)
    state.exchanges = [ExchangeSummary(phase: .dense, round: 0, bytes: 17, seconds: 0.003, share: 0.04)]
    state.results = [StageResult(name: "pruned, round 1 of 2", loss: -0.0, accuracy: 1)]
    (state.accuracy, state.bestAccuracy, state.skippedSteps) = (0.8347, 0.84, 5)
    var mask = Mask(allSurviving: 70)
    mask[3] = false
    mask[69] = false
    var optimizer = GradientDescent(momentum: 0.9, isNesterov: true)
    for _ in 0..<3 { optimizer.passDead(UpdateStep(learningRate: 0.1, weightDecay: 5e-4)) }
    return Checkpoint(
      configuration: Recipe.article.configuration, state: state, survivors: mask,
      arena: [1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1],
      optimizer: OptimizerState(
        slices: ["momentum": [0.1, -0.0, 3]], dead: ["momentum": [7]], scalars: optimizer.scalars),
      metrics: Array("{\"a\":1}\n".utf8), report: Array("═══ 98 %\n".utf8), record: Array("{}\n".utf8))
  }

  @Test func everythingComesBack() throws {
    let checkpoint = Self.checkpoint()
    try checkpoint.write(to: path)
    let read = try Checkpoint(path: path)
    #expect(read == checkpoint && read.hasSameTensors(as: checkpoint))
    #expect(read.state.results[0].loss.sign == .minus)
    #expect(try Checkpoint.state(path: path) == checkpoint.state)

    // Between phases there is less.
    let less = Checkpoint(
      configuration: checkpoint.configuration, state: RunState(stage: .dense), survivors: nil, arena: [],
      optimizer: nil,
      metrics: [], report: [])
    try less.write(to: path)
    #expect(try Checkpoint(path: path) == less)
  }

  /// Where a run with another optimizer goes on from.
  @Test func theSlicesOfAdamWComeBack() throws {
    var configuration = Recipe.article.configuration
    configuration.optimizer = .adamw
    let checkpoint = Checkpoint(
      configuration: configuration, state: RunState(stage: .dense), survivors: nil, arena: [1],
      optimizer: OptimizerState(
        slices: ["exp_avg": [0.1, -0.0], "exp_avg_sq": [1e-38, 2]], dead: ["exp_avg": [3], "exp_avg_sq": [4]],
        scalars: ["beta1_power": 0.9 * 0.9, "beta2_power": 0.998001, "weight": 1], average: [5]),
      metrics: [], report: [])
    try checkpoint.write(to: path)
    let read = try Checkpoint(path: path)
    #expect(read == checkpoint && read.hasSameTensors(as: checkpoint))
  }

  /// Any byte that changes makes another checkpoint of it, or none: never is one taken that is not what was written.
  @Test(arguments: [UInt8(1), 0x20, 0x80])
  func noChangedByteIsOverlooked(change: UInt8) throws {
    let checkpoint = Self.checkpoint()
    try checkpoint.write(to: path)
    let good = try Data(contentsOf: URL(filePath: path))
    var overlooked: [Int] = []
    for index in good.indices {
      var bad = good
      bad[index] ^= change
      try bad.write(to: URL(filePath: path))
      guard let read = try? Checkpoint(path: path) else { continue }
      // A name of the metadata that nobody reads, or a digit in another case, changes nothing.
      if read != checkpoint || !read.hasSameTensors(as: checkpoint) { overlooked.append(index) }
    }
    #expect(overlooked == [])
  }

  @Test func noMissingEndIsOverlooked() throws {
    try Self.checkpoint().write(to: path)
    let good = try Data(contentsOf: URL(filePath: path))
    for count in 0..<good.count {
      try good.prefix(count).write(to: URL(filePath: path))
      #expect(throws: CheckpointError.self, "\(count) bytes") { try Checkpoint(path: path) }
    }
  }

  @Test func aModelIsNoCheckpoint() throws {
    let network = Network(.resnet8)
    try network.save(to: path, classNames: ["a"])
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(error?.problem == .format(found: "pt"))
  }

  /// Parts that are good by themselves and do not make a network: as when a program of another version wrote them.
  @Test func partsThatDoNotFitAreRefused() throws {
    let network = Network(.resnet8)
    func checkpoint(arena: Int = 0, momentum: Int = 0, average: Int = 0, survivors: Int? = nil) -> Checkpoint {
      var configuration = Recipe.quick.configuration
      configuration.architecture = .resnet8
      return Checkpoint(
        configuration: configuration, state: RunState(stage: .dense),
        survivors: survivors.map { Mask(allSurviving: $0) },
        arena: [Float](repeating: 0, count: network.layout.count + arena),
        optimizer: OptimizerState(
          slices: ["momentum": [Float](repeating: 0, count: network.layout.liveCount + momentum)], scalars: [:],
          average: [Float](repeating: 0, count: network.layout.averagedCount + average)), metrics: [], report: [])
    }
    #expect(try checkpoint().network(classes: 10).layout == network.layout)
    for bad in [checkpoint(arena: 1), checkpoint(momentum: -1), checkpoint(average: 1), checkpoint(survivors: 3)] {
      #expect(throws: CheckpointError.Problem.self) { try bad.network(classes: 10) }
    }
    #expect(throws: CheckpointError.Problem.self) { try checkpoint().network(classes: 9) }
  }

  /// The survivors of several rounds, found again from one mask.
  @Test func aCompactNetworkComesBack() throws {
    let network = Network(.resnet18)
    network.initialize(seed: 3)
    let full = network.layout
    var compact = network
    for round in 1...2 {
      var mask = Mask(allSurviving: compact.layout.count)
      for parameter in compact.layout.parameters where parameter.role == .convolutionWeight {
        // One layer stays whole, another loses all.
        guard parameter.name != "conv1.weight" else { continue }
        for block in parameter.blocks {
          for index in block where index % 3 == round || parameter.name == "layer3.0.conv1.weight" {
            mask[index] = false
          }
        }
      }
      compact = compact.compacted(keeping: mask)
    }
    var configuration = Recipe.quick.configuration
    configuration.architecture = .resnet18
    let checkpoint = Checkpoint(
      configuration: configuration, state: RunState(stage: .dense), survivors: Mask(keptIn: compact.layout, of: full),
      arena: Array(compact.arena[0..<compact.layout.count]), optimizer: nil, metrics: [], report: [])
    let back = try checkpoint.network(classes: 10)
    #expect(back.layout == compact.layout && compact.layout.count < full.count)
    #expect(Hash128(back) == Hash128(compact))
  }
}
