import CAllocationCounter
import Inference
import Kernels
import Networks
import TestSupport
import Testing

/// An engine takes no memory once it has run a number of images.
@Suite(.enabled(if: allocationCounterIsAvailable(), "this platform's C library lets nobody count its allocations"))
struct AllocationTests {
  @Test("Inference allocates nothing in steady state", arguments: [Architecture.resnet8, .resnet18], [0, 0.98])
  func inference(_ architecture: Architecture, _ sparsity: Double) {
    let network = Network.random(architecture, sparsity: sparsity)
    let engine = InferenceEngine(network.folded)
    let images = AlignedBuffer(randomImages(128 + 50))
    let logits = AlignedBuffer([Float](repeating: 0, count: 10 * (128 + 50)))
    for count in [1, 16, 50, 100, 178] {
      engine(images: images.pointer, count: count, logits: logits.pointer)
      let before = allocationCount()
      engine(images: images.pointer, count: count, logits: logits.pointer)
      #expect(allocationCount() == before, "\(count) images")
    }
  }
}

extension AlignedBuffer {
  fileprivate convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    for (index, number) in numbers.enumerated() { pointer[index] = number }
  }
}
