import CAllocationCounter
import Kernels
import Networks
import Testing

/// A training step in steady state takes no memory: what it needs is planned when the microbatch is made.
@Suite(.enabled(if: allocationCounterIsAvailable(), "this platform's C library lets nobody count its allocations"))
struct AllocationTests {
  /// The blocks that this thread takes while `body` runs.
  private func allocations(_ body: () -> Void) -> UInt64 {
    let before = allocationCount()
    body()
    return allocationCount() - before
  }

  @Test("The counter counts")
  func counter() {
    var buffer: AlignedBuffer?
    #expect(allocations { buffer = AlignedBuffer(count: 1000) } >= 1)
    #expect(buffer?.count == 1000)
    var values: [Int] = []
    #expect(allocations { values.append(1) } == 1)
    #expect(allocations { values[0] = 2 } == 0)
  }

  @Test("Forward and backward passes allocate nothing", arguments: Architecture.light)
  func passes(_ architecture: Architecture) {
    let network = Network(architecture)
    network.initialize(seed: 1)
    expectNoAllocations(network)
  }

  /// With sparse kernels for everything, and for some operations of some layers.
  @Test(
    "Those of a pruned network neither", arguments: Architecture.light,
    [PrunedNetwork.Pattern.fiftieth, .mixed]
  )
  func prunedPasses(_ architecture: Architecture, _ pattern: PrunedNetwork.Pattern) {
    expectNoAllocations(PrunedNetwork(architecture, pattern).compact)
  }

  private func expectNoAllocations(_ network: Network) {
    let microbatch = Microbatch(network, lanes: 16, labelSmoothing: 0.1)
    let gradient = AlignedBuffer(count: network.layout.count)
    microbatch.labels.update(repeating: 1)
    // Once before: what the runtime sets up at the first use of a type.
    microbatch.forward(training: true)
    microbatch.backward(into: gradient, adding: false)
    #expect(allocations { microbatch.forward(training: true) } == 0)
    #expect(allocations { microbatch.backward(into: gradient, adding: false) } == 0)
    #expect(allocations { microbatch.backward(into: gradient, adding: true) } == 0)
    #expect(allocations { microbatch.forward(training: false) } == 0)
  }
}
