import Kernels
import Networks
import TestSupport
import Testing

@Suite struct MicrobatchTests {
  private func network(_ architecture: Architecture = .resnet8) -> Network {
    let network = Network(architecture)
    network.loadFormula()
    return network
  }

  private func microbatch(
    _ network: Network, lanes: Int = 16, step: Int = 0, labelSmoothing: Float = 0
  ) -> Microbatch {
    let microbatch = Microbatch(network, lanes: lanes, labelSmoothing: labelSmoothing)
    microbatch.load(images: Formula.images(step: step, count: lanes), labels: Formula.labels(step: step, count: lanes))
    return microbatch
  }

  private func gradient(_ microbatch: Microbatch, addingTo sum: [Float]? = nil) -> [Float] {
    let buffer = AlignedBuffer(count: microbatch.network.layout.count)
    if let sum { for (place, value) in sum.enumerated() { buffer.pointer[place] = value } }
    microbatch.forward(training: true)
    microbatch.backward(into: buffer, adding: sum != nil)
    return Array(buffer[0..<microbatch.network.layout.exchangedCount])
  }

  @Test("A pass depends on nothing that an earlier one left behind")
  func repeatable() {
    let network = network()
    let used = microbatch(network, step: 1)
    _ = gradient(used)
    used.forward(training: false)
    used.load(images: Formula.images(step: 0, count: 16), labels: Formula.labels(step: 0, count: 16))
    let fresh = microbatch(network)
    #expect(gradient(used) == gradient(fresh))
    #expect(gradient(used) == gradient(fresh))
  }

  @Test(
    "Adding a microbatch's gradient is one sum of two for every element", arguments: [Architecture.resnet8, .resnet18])
  func adding(_ architecture: Architecture) {
    let network = network(architecture)
    let (first, second) = (microbatch(network, step: 0), microbatch(network, step: 1))
    let (a, b) = (gradient(first), gradient(second))
    #expect(gradient(second, addingTo: a) == zip(a, b).map { $0 + $1 })
  }

  @Test("A lane without an image has no loss and counts for nothing")
  func emptyLanes() {
    let network = network()
    let (whole, part) = (microbatch(network, lanes: 32), microbatch(network, lanes: 32))
    for lane in 20..<32 { part.labels[lane] = -1 }
    whole.forward(training: false)
    part.forward(training: false)
    #expect(Array(part.losses) == Array(whole.losses[0..<20]) + [Float](repeating: 0, count: 12))
    #expect(Array(part.predictions[0..<20]) == Array(whole.predictions[0..<20]))

    part.forward(training: true)
    let result = AlignedBuffer(count: network.layout.count)
    part.backward(into: result, adding: false)
    let mean = part.losses.reduce(0, +) / 20
    let right = (0..<20).count { part.predictions[$0] == part.labels[$0] }
    let metrics = Array(result[network.layout.metrics])
    #expect((metrics[0] - mean).magnitude < 1e-6 * mean && metrics[1] == Float(right) * (1 / 20))
  }

  @Test("Label smoothing is for training; evaluation has the plain loss")
  func labelSmoothing() {
    let network = network()
    let (plain, smoothed) = (microbatch(network), microbatch(network, labelSmoothing: 0.1))
    plain.forward(training: false)
    smoothed.forward(training: false)
    #expect(Array(plain.losses) == Array(smoothed.losses))
    plain.forward(training: true)
    smoothed.forward(training: true)
    #expect(Array(plain.losses) != Array(smoothed.losses))
  }

  /// The rounding of `Float` and the kinks of ReLU leave a percent or so; a share that is missing from a gradient, more.
  @Test("The gradient of a whole network is the loss's slope along it", arguments: Architecture.light)
  func slope(_ architecture: Architecture) {
    let network = network(architecture)
    let microbatch = microbatch(network, labelSmoothing: 0.1)
    let live = 0..<network.layout.liveCount
    let start = Array(network.arena[live])
    let direction = Array(gradient(microbatch)[live])
    let square = direction.reduce(0) { $0 + Double($1) * Double($1) }
    // A step that lowers the loss by about a thousandth of it.
    let step = Float(2e-3 / square)
    func loss(_ distance: Float) -> Double {
      for place in live { network.arena.pointer[place] = start[place] + distance * direction[place] }
      microbatch.forward(training: true)
      return microbatch.losses.reduce(0) { $0 + Double($1) } / 16
    }
    let slope = (loss(step) - loss(-step)) / (2 * Double(step))
    #expect((slope / square - 1).magnitude < 0.03, "slope \(slope), squared norm of the gradient \(square)")
  }
}
