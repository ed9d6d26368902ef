import Kernels
import TestSupport
import Testing

@Suite struct VectorArithmeticTests {
  @Test("Adding and scaling reach every element and no other", arguments: [0, 1, 15, 16, 17, 100])
  func addAndScale(count: Int) {
    let x = Formula.uniform("x", count: count + 1, scale: 2)
    let start = Formula.uniform("sum", count: count + 1, scale: 2)
    var sum = start
    addFloats(x, to: &sum, count: count)
    #expect(sum == start.indices.map { $0 < count ? start[$0] + x[$0] : start[$0] })
    var scaled = start
    scaleFloats(&scaled, by: 0.3, count: count)
    #expect(scaled == start.indices.map { $0 < count ? start[$0] * 0.3 : start[$0] })
  }

  @Test("Buffers are aligned to a cache line and zero at first")
  func buffers() {
    for count in [0, 1, 17, 1000] {
      let buffer = AlignedBuffer(count: count)
      #expect(UInt(bitPattern: buffer.pointer) % 64 == 0 && buffer.count == count)
      #expect(buffer.elements.allSatisfy { $0 == 0 })
    }
  }
}
