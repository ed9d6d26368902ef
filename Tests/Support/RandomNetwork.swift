import Inference
import Kernels
import Networks
import RandomNumbers

extension Network {
  /// A network with random weights, normalizations and running statistics.
  ///
  /// - Parameter sparsity: the share of the convolution weights that are zero, at random places.
  public static func random(_ architecture: Architecture, sparsity: Double = 0, seed: UInt64 = 1) -> Network {
    let network = Network(architecture)
    network.initialize(seed: seed)
    var stream = RandomStream(seed: seed, purpose: .pruning, index: 0)
    for parameter in network.layout.parameters {
      switch parameter.role {
      case .convolutionWeight:
        // What is left is scaled up, so that activations keep their size.
        let scale = Float(1 / max(0.02, 1 - sparsity)).squareRoot()
        let values = network.values(of: parameter)
        network.store(values.map { Double(stream.uniform()) < sparsity ? 0 : $0 * scale }, in: parameter)
      case .normalizationScale:
        network.store((0..<parameter.count).map { _ in 0.5 + stream.uniform() }, in: parameter)
      case .normalizationShift, .linearBias:
        network.store((0..<parameter.count).map { _ in stream.uniform() - 0.5 }, in: parameter)
      case .linearWeight: break
      }
    }
    for statistics in network.layout.statistics {
      for place in statistics.mean { network.arena.pointer[place] = stream.uniform() - 0.5 }
      for place in statistics.variance { network.arena.pointer[place] = 0.5 + stream.uniform() }
    }
    return network
  }

  /// Makes the largest logit of some images 20, about what trained networks give, by a factor in the last layer.
  public func withRealisticLogits() -> Network {
    let largest = logits(randomImages(16)).reduce(0) { max($0, $1.magnitude) }
    for parameter in layout.parameters where parameter.role == .linearWeight || parameter.role == .linearBias {
      store(values(of: parameter).map { $0 * (20 / largest) }, in: parameter)
    }
    return self
  }

  /// The network folded, without dead channels.
  public var folded: FoldedNetwork { foldedWhole.removingDeadChannels().network }

  /// The network folded, with all its channels.
  public var foldedWhole: FoldedNetwork {
    do throws(FoldingError) {
      return try FoldedNetwork(self)
    } catch {
      fatalError("\(error)")
    }
  }

  /// Replaces the weights of a convolution by what `keep` makes of them.
  public func change(_ name: String, _ body: (_ output: Int, _ input: Int, _ tap: Int, _ weight: Float) -> Float) {
    guard let parameter = layout.parameters.first(where: { $0.name == name }) else { return }
    let taps = parameter.shape.dropFirst(2).reduce(1, *)
    let values = values(of: parameter).enumerated().map { index, weight in
      let (o, rest) = index.quotientAndRemainder(dividingBy: parameter.shape[1] * taps)
      return body(o, rest / taps, rest % taps, weight)
    }
    store(values, in: parameter)
  }

  /// The logits in evaluation, `[image][class]`, as training computes them.
  ///
  /// - Parameter images: `[image][3][32][32]`.
  public func logits(_ images: [Float]) -> [Float] {
    let size = 3 * 32 * 32
    let count = images.count / size
    let microbatch = Microbatch(self, lanes: 16)
    var result: [Float] = []
    for first in stride(from: 0, to: count, by: 16) {
      let lanes = min(16, count - first)
      for lane in 0..<lanes {
        for index in 0..<size {
          let (channel, pixel) = index.quotientAndRemainder(dividingBy: 1024)
          let place = channel * microbatch.imageStride + pixel * 16 + lane
          microbatch.images[place] = images[(first + lane) * size + index]
        }
      }
      microbatch.forward(training: false)
      for lane in 0..<lanes { result += (0..<classes).map { microbatch.logits[$0 * 16 + lane] } }
    }
    return result
  }
}

extension Architecture {
  /// Those that are soon computed. The others are built of the same blocks, and have tests of their own.
  public static let light: [Architecture] = [.resnet8, .resnet18, .resnet18CIFAR]
}

/// Images of random pixels, `[image][3][32][32]`.
public func randomImages(_ count: Int, seed: UInt64 = 7) -> [Float] {
  var stream = RandomStream(seed: seed, purpose: .pruning, index: 1)
  return (0..<count * 3 * 32 * 32).map { _ in stream.uniform() * 4 - 2 }
}

extension InferenceEngine {
  /// The logits of some images, `[image][class]`.
  public func logits(_ images: [Float]) -> [Float] {
    let count = images.count / (network.image.channels * network.image.pixels)
    var logits = [Float](repeating: .nan, count: count * network.classes)
    logits.withUnsafeMutableBufferPointer { logits in
      images.withUnsafeBufferPointer { images in
        guard let images = images.baseAddress, let logits = logits.baseAddress else { return }
        self(images: images, count: count, logits: logits)
      }
    }
    return logits
  }
}

extension FoldedNetwork {
  /// The logits of some images, `[image][class]`.
  public func logits(_ images: [Float]) -> [Float] { InferenceEngine(self).logits(images) }
}
