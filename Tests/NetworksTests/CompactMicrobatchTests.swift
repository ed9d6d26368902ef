import Kernels
import Networks
import TestSupport
import Testing

/// A compact network against the masked dense one of the same survivors.
@Suite struct CompactMicrobatchTests {
  private func run(_ network: Network, lanes: Int) -> (logits: [Float], evaluated: [Float], gradient: [Float]) {
    let microbatch = Microbatch(network, lanes: lanes, labelSmoothing: 0.1)
    microbatch.load(images: Formula.images(step: 0, count: lanes), labels: Formula.labels(step: 0, count: lanes))
    microbatch.forward(training: false)
    let evaluated = Array(microbatch.logits)
    let gradient = AlignedBuffer(count: network.layout.count)
    gradient.elements.update(repeating: .nan)
    microbatch.forward(training: true)
    let logits = Array(microbatch.logits)
    microbatch.backward(into: gradient, adding: false)
    return (logits, evaluated, gradient.numbers(0..<gradient.count))
  }

  /// The largest difference between two runs of numbers, as a share of the norm of all of them over the root of their count.
  private func difference(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
    var (largest, squares, count) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      // Not a number must not pass for a small difference.
      let distance = (Double(x) - Double(y)).magnitude
      largest = distance.isNaN ? .infinity : max(largest, distance)
      squares += Double(y) * Double(y)
      count += 1
    }
    return largest == 0 ? 0 : largest / (squares / count).squareRoot()
  }

  @Test(
    "Logits, statistics and the survivors' gradients are the masked network's",
    arguments: [Architecture.resnet8, .resnet18], PrunedNetwork.Pattern.allCases)
  func passes(_ architecture: Architecture, _ pattern: PrunedNetwork.Pattern) {
    let pruned = PrunedNetwork(architecture, pattern)
    let masked = run(pruned.masked, lanes: 32)
    let compact = run(pruned.compact, lanes: 32)
    #expect(difference(compact.evaluated, masked.evaluated) < Self.tolerance, "evaluation")
    #expect(difference(compact.logits, masked.logits) < Self.tolerance, "logits")
    let layout = pruned.compact.layout
    let expected = pruned.compaction.sources.map { masked.gradient[Int($0)] }
    for statistics in layout.statistics {
      for range in [statistics.mean, statistics.variance] {
        #expect(difference(compact.gradient[range], expected[range]) < Self.tolerance, "\(statistics.name)")
      }
    }
    for parameter in layout.parameters {
      let places = zip(parameter.blocks, parameter.isLive).filter(\.1).flatMap(\.0)
      let found = difference(
        places.map { compact.gradient[$0] }, places.map { expected[$0] })
      #expect(found < Self.gradientTolerance, "\(parameter.name)")
    }
    #expect(difference(compact.gradient[layout.metrics], expected[layout.metrics]) < Self.tolerance, "metrics")
    #expect(compact.gradient[layout.dead].allSatisfy { $0.isNaN }, "survivors of dead taps have no gradient")
  }

  /// Rounding comes to 4e-5 here. A survivor that is missing or in another's place is a share of 0.01 to 1.
  private static let tolerance = 2e-4
  /// Gradients also feel activations that rounding moves across the ReLU's kink: 4e-4 here.
  private static let gradientTolerance = 2e-3

  @Test(
    "Adding a microbatch's gradient is one sum of two for every survivor", arguments: PrunedNetwork.Pattern.allCases)
  func adding(_ pattern: PrunedNetwork.Pattern) {
    let network = PrunedNetwork(.resnet8, pattern).compact
    let microbatch = Microbatch(network, lanes: 16)
    func load(_ step: Int) {
      microbatch.load(images: Formula.images(step: step, count: 16), labels: Formula.labels(step: step, count: 16))
      microbatch.forward(training: true)
    }
    let buffers = (0..<2).map { _ in AlignedBuffer(count: network.layout.count) }
    let exchanged = 0..<network.layout.exchangedCount
    load(0)
    microbatch.backward(into: buffers[0], adding: false)
    let first = buffers[0].numbers(exchanged)
    load(1)
    microbatch.backward(into: buffers[1], adding: false)
    let second = buffers[1].numbers(exchanged)
    load(1)
    microbatch.backward(into: buffers[0], adding: true)
    #expect(buffers[0].numbers(exchanged) == zip(first, second).map { $0 + $1 })
  }
}
