import Kernels
import Networks
import TestSupport

/// A network that starts as the recorded one does, trained as the recorded one was.
final class GoldenNetwork {
  let network: Network
  let gradient: AlignedBuffer
  private let momentum: AlignedBuffer
  private let microbatches: [Microbatch]

  /// - Parameters:
  ///   - batch: the images of a batch.
  ///   - parts: the microbatches it is split into.
  init(_ architecture: Architecture, batch: Int, parts: Int = 1) {
    network = Network(architecture)
    gradient = AlignedBuffer(count: network.layout.count)
    momentum = AlignedBuffer(count: network.layout.count)
    network.loadFormula()
    let network = network
    microbatches = (0..<parts).map { _ in Microbatch(network, lanes: batch / parts) }
  }

  /// Fills the microbatches with the images and labels of a step, in order.
  func load(step: Int) {
    let lanes = microbatches[0].lanes
    let images = Formula.images(step: step, count: lanes * microbatches.count)
    let labels = Formula.labels(step: step, count: lanes * microbatches.count)
    let imageSize = 3 * 32 * 32
    for (part, microbatch) in microbatches.enumerated() {
      let first = part * lanes
      microbatch.load(
        images: Array(images[first * imageSize..<(first + lanes) * imageSize]),
        labels: Array(labels[first..<first + lanes]))
    }
  }

  func forward(training: Bool) {
    for microbatch in microbatches { microbatch.forward(training: training) }
  }

  /// The average of the microbatches' gradients, statistics and metrics, as one batch reports them.
  func backward() {
    // What the first pass must overwrite, dead taps excepted.
    gradient[0..<network.layout.exchangedCount].update(repeating: .nan)
    for (index, microbatch) in microbatches.enumerated() { microbatch.backward(into: gradient, adding: index > 0) }
    if microbatches.count > 1 {
      scaleFloats(gradient.pointer, by: 1 / Float(microbatches.count), count: network.layout.exchangedCount)
    }
  }

  /// N×classes.
  var logits: [Float] { microbatches.flatMap { Array($0.logits).transposed(rows: $0.network.classes) } }

  /// The mean over the batch.
  var loss: Float {
    microbatches.flatMap { Array($0.losses) }.reduce(0, +) / Float(microbatches.count * microbatches[0].lanes)
  }

  /// One step of `torch.optim.SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)`, and of the running statistics.
  func update() {
    let layout = network.layout
    let weights = network.arena.pointer
    for place in Array(0..<layout.liveCount) + layout.dead {
      let slope = (layout.dead.contains(place) ? 0 : gradient.pointer[place]) + 5e-4 * weights[place]
      momentum.pointer[place] = 0.9 * momentum.pointer[place] + slope
      weights[place] -= 0.1 * (slope + 0.9 * momentum.pointer[place])
    }
    for place in layout.statisticsRange { weights[place] = 0.9 * weights[place] + 0.1 * gradient.pointer[place] }
    network.batchesTracked += 1
  }
}

extension Network {
  /// The parameters and running statistics that the golden files start from.
  func loadFormula() {
    for parameter in layout.parameters {
      store(Formula.parameter(parameter.name, shape: parameter.shape), in: parameter)
    }
    for statistics in layout.statistics {
      for (name, range) in [("running_mean", statistics.mean), ("running_var", statistics.variance)] {
        for (place, value) in zip(range, Formula.parameter("\(statistics.name).\(name)", shape: [range.count])) {
          arena.pointer[place] = value
        }
      }
    }
  }
}

extension Microbatch {
  /// - Parameter images: N×3×H×W.
  func load(images: [Float], labels: [Int]) {
    let pixels = images.count / (3 * lanes)
    for lane in 0..<lanes {
      for channel in 0..<3 {
        for pixel in 0..<pixels {
          self.images[channel * imageStride + pixel * lanes + lane] = images[(lane * 3 + channel) * pixels + pixel]
        }
      }
      self.labels[lane] = Int32(labels[lane])
    }
  }
}
