/// Eight vectors: of one image, a band of 8 rows of 16 pixels, or of 4 rows of 32.
struct LaneBlock8: LaneBlock {
  var low: LaneBlock4
  var high: LaneBlock4

  @inline(__always) static var count: Int { 128 }
  @inline(__always) static var zero: Self { Self(low: .zero, high: .zero) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self {
    Self(low: .load(pointer), high: .load(pointer + 64))
  }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
    low.store(pointer)
    high.store(pointer + 64)
  }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) {
    low.add(weight, times: x.low)
    high.add(weight, times: x.high)
  }

  @inline(__always) static func repeating(_ value: Float) -> Self {
    Self(low: .repeating(value), high: .repeating(value))
  }

  @inline(__always) mutating func add(_ other: Self) {
    low.add(other.low)
    high.add(other.high)
  }

  @inline(__always) mutating func rectify() {
    low.rectify()
    high.rectify()
  }

  @inline(__always) func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector) {
    low.addDot(x.low, &even, &odd)
    high.addDot(x.high, &even, &odd)
  }
}
