import Export
import Foundation
import Images
import Inference
import Kernels
import Networks

/// How fast a network infers on one core, against the same network with all its weights.
public struct InferenceSpeed: Sendable, Equatable, Codable {
  /// The images that are computed at once.
  public var batch: Int
  /// Images a second with all weights.
  public var dense: Double
  /// Images a second as the network is, channels that do nothing removed.
  public var pruned: Double

  public init(batch: Int, dense: Double, pruned: Double) {
    self.batch = batch
    self.dense = dense
    self.pruned = pruned
  }

  /// How many times as fast as the dense network it is.
  public var factor: Double { pruned / dense }

  /// The images at once: as many as fill the kernels' vectors.
  private static let batch = 64
  /// For each of the two networks, after one pass to warm up.
  private static let (leastSeconds, leastPasses) = (0.3, 3)

  /// Measures for about a second: both networks in turn, so that what disturbs one disturbs the other, and the median of each.
  ///
  /// Which weights a network has all of does not matter, so one of the same number everywhere stands for the dense network.
  public static func measure(_ network: Network, images: ImageSet) throws(FoldingError) -> InferenceSpeed {
    let whole = Network(network.architecture, classes: network.classes)
    for place in 0..<whole.layout.count { whole.arena.pointer[place] = 0.01 }
    let engines = try [whole, network].map { network throws(FoldingError) in
      InferenceEngine(try FoldedNetwork(network).removingDeadChannels().network)
    }
    let pixels = AlignedBuffer(count: batch * Record.imageSize)
    let logits = AlignedBuffer(count: batch * network.classes)
    ImageLoader(images).fillOneByOne((0..<batch).map { Int32($0 % images.count) }, into: pixels.pointer)
    let clock = ContinuousClock()
    var seconds: [[Double]] = [[], []]
    func pass(_ engine: InferenceEngine) -> Double {
      let start = clock.now
      engine(images: pixels.pointer, count: batch, logits: logits.pointer)
      return (clock.now - start) / .seconds(1)
    }
    for engine in engines { _ = pass(engine) }
    while seconds.contains(where: { $0.count < leastPasses || $0.reduce(0, +) < leastSeconds }) {
      for (index, engine) in engines.enumerated() { seconds[index].append(pass(engine)) }
    }
    let rates = seconds.map { Double(batch) / $0.sorted()[$0.count / 2] }
    return InferenceSpeed(batch: batch, dense: rates[0], pruned: rates[1])
  }
}

extension RunDirectory {
  /// The bytes that `dptrain export --format packed` makes of the pruned model; nil where there is none, or one with weights that
  /// are no finite numbers.
  var packedBytes: Int? {
    let path = file("pruned.safetensors")
    guard FileManager.default.fileExists(atPath: path), let model = try? InferenceModel(path: path) else { return nil }
    return try? PackedModel(model.network, model.architecture, values: .fp32, metadata: model.metadata).bytes.count
  }
}
