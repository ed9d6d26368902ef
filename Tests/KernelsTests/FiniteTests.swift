import Kernels
import Testing

/// The search for what is not a finite number, which runs in every step.
struct FiniteTests {
  @Test(arguments: [0, 1, 15, 63, 64, 65, 200])
  func everyPlaceIsSeen(count: Int) {
    let buffer = AlignedBuffer(count: count)
    for index in 0..<count {
      buffer.pointer[index] = index % 3 == 0 ? .greatestFiniteMagnitude : -Float.leastNonzeroMagnitude
    }
    #expect(areFinite(buffer.pointer, count: count))
    for index in 0..<count {
      let saved = buffer.pointer[index]
      for bad in [Float.infinity, -.infinity, .nan, .signalingNaN] {
        buffer.pointer[index] = bad
        #expect(!areFinite(buffer.pointer, count: count), "\(bad) at \(index) of \(count)")
      }
      buffer.pointer[index] = saved
    }
    #expect(areFinite(buffer.pointer, count: count))
  }

  /// Infinities of both signs do not cancel.
  @Test func infinitiesDoNotCancel() {
    let buffer = AlignedBuffer(count: 128)
    buffer.pointer[3] = .infinity
    buffer.pointer[3 + 64] = -.infinity
    #expect(!areFinite(buffer.pointer, count: 128))
  }
}
