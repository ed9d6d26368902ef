import ArgumentParser
import Images
import Export
import Inference
import Kernels
import Machine
import MPI
import Networks
import Pruning
import Training

/// Inference of a model on synthetic images that lie ready in memory.
struct BenchInfer: RankCommand {
  static let configuration = CommandConfiguration(commandName: "infer")

  @Argument var model: String
  /// The share of the convolution weights to prune first; otherwise the model as it is.
  @Option var prune: Double?
  /// Over all ranks.
  @Option var batch: Int = 256
  @Option var repetitions: Int = 21
  @Flag var json = false

  mutating func validate() throws {
    try TrainingOptions.require(batch >= 1, "--batch must be at least 1")
    try TrainingOptions.require(prune.map { $0 >= 0 && $0 < 1 }, "--prune must be in [0, 1)")
    try TrainingOptions.require(repetitions >= 1, "--repetitions must be at least 1")
  }

  func run(on world: Communicator) throws -> Int32 {
    guard world.size == 1 || batch >= 16 * world.size else {
      throw UsageError(
        description: "a batch of \(batch) is too small for \(world.size) ranks: each needs 16 images, or run one rank")
    }
    let (architecture, folded, report) = try load(world)
    let engine = InferenceEngine(folded)
    let own = (world.rank + 1) * batch / world.size - world.rank * batch / world.size
    let images = AlignedBuffer(count: own * folded.image.channels * folded.image.pixels)
    let data = try CIFARDataset(.synthetic).test
    ImageLoader(data).fillOneByOne((0..<own).map { Int32($0 % data.count) }, into: images.pointer)
    let logits = AlignedBuffer(count: own * folded.classes)

    // Small batches many times in a row, so that reading the clock costs nothing.
    let passes = max(1, 64 / batch)
    let clock = ContinuousClock()
    var seconds: [Double] = []
    let warmUp = 2
    for repetition in 0..<repetitions + warmUp {
      try world.barrier()
      let start = clock.now
      for _ in 0..<passes { engine(images: images.pointer, count: own, logits: logits.pointer) }
      try world.barrier()
      if repetition >= warmUp { seconds.append((clock.now - start) / .seconds(1) / Double(passes)) }
    }
    let resident = try world.allReduce(ProcessMemory.peakResidentBytes, .max)
    guard world.rank == 0 else { return 0 }
    try printJSON([
      "images_per_second": Double(batch) / median(seconds), "seconds_median": median(seconds), "batch": batch,
      "ranks": world.size, "repetitions": repetitions, "arch": architecture.rawValue,
      "survivors": folded.survivorCount, "multiply_adds": folded.multiplyAdds, "channels": report?.channels ?? 0,
      "channels_removed": report?.removedChannels ?? 0, "layers": folded.layers.count,
      "sparse_layers": engine.sparseLayerCount, "resident_bytes": resident,
    ])
    return 0
  }

  /// The network to run, and what was removed from it where it comes with all its channels.
  private func load(_ world: Communicator) throws -> (Architecture, FoldedNetwork, RemovalReport?) {
    guard let prune else {
      let model = try world.collectively { try InferenceModel(path: self.model) }
      if case .stateDictionary(let report) = model.origin { return (model.architecture, model.network, report) }
      return (model.architecture, model.network, nil)
    }
    let network = try world.collectively { try Network(path: model) }
    let mask = try Mask(
      survivorsOf: UnsafeBufferPointer(network.arena[0..<network.layout.count]), layout: network.layout)
    _ = try Training.prune(
      network, mask: mask, request: PruneRequest(convolutionAmount: .total(prune)), communicator: world)
    let (folded, report) = try FoldedNetwork(network).removingDeadChannels()
    return (network.architecture, folded, report)
  }
}
