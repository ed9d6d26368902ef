import Inference
import Kernels
import NeuralNetwork
import RandomNumbers

extension Network {
  /// A network with random weights, normalizations and running statistics.
  ///
  /// - Parameter sparsity: the share of the convolution weights that are zero, at random places.
  static func random(_ architecture: Architecture, sparsity: Double, seed: UInt64 = 1) -> Network {
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

  /// The network folded, without dead channels.
  var folded: FoldedNetwork { FoldedNetwork(self).removingDeadChannels().network }
}

/// Images of random pixels, `[image][3][32][32]`.
func randomImages(_ count: Int, seed: UInt64 = 7) -> [Float] {
  var stream = RandomStream(seed: seed, purpose: .pruning, index: 1)
  return (0..<count * 3 * 32 * 32).map { _ in stream.uniform() * 4 - 2 }
}

extension FoldedNetwork {
  /// The logits of some images, `[image][class]`.
  func logits(_ images: [Float]) -> [Float] {
    let engine = InferenceEngine(self)
    let count = images.count / (image.channels * image.pixels)
    var logits = [Float](repeating: .nan, count: count * classes)
    logits.withUnsafeMutableBufferPointer { logits in
      images.withUnsafeBufferPointer { images in
        guard let images = images.baseAddress, let logits = logits.baseAddress else { return }
        engine(images: images, count: count, logits: logits)
      }
    }
    return logits
  }
}
