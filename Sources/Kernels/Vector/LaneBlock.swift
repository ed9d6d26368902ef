/// Contiguous floats that a register tile handles together: one, two, four or eight vectors.
///
/// Loads and stores need no alignment to be correct; all buffers of the package are aligned to 64 bytes, to be fast.
protocol LaneBlock {
  /// The floats of a block.
  static var count: Int { get }
  static var zero: Self { get }
  /// The same value in every lane.
  init(repeating value: Float)
  static func load(_ pointer: UnsafePointer<Float>) -> Self
  func store(_ pointer: UnsafeMutablePointer<Float>)
  /// Adds `weight · x` to every lane.
  mutating func add(_ weight: Float, times x: Self)
  mutating func add(_ other: Self)
  /// Replaces negative lanes by zero.
  mutating func rectify()
  /// Adds the lanes' products with those of `x`, its vectors taking turns between two sums.
  func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector)
}

typealias LaneBlock1 = Vector
typealias LaneBlock2 = Pair<LaneBlock1>
typealias LaneBlock4 = Pair<LaneBlock2>
/// Of one image, a band of 8 rows of 16 pixels, or of 4 rows of 32.
typealias LaneBlock8 = Pair<LaneBlock4>

extension Vector: LaneBlock {
  @inline(__always) static var count: Int { vectorWidth }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self { pointer.vector(0) }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) { pointer.setVector(0, self) }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) { addProduct(Vector(repeating: weight), x) }

  @inline(__always) mutating func add(_ other: Self) { self += other }

  @inline(__always) mutating func rectify() { self = rectified }

  @inline(__always) func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector) { even.addProduct(self, x) }
}

/// Two blocks, the one behind the other.
struct Pair<Half: LaneBlock>: LaneBlock {
  var low: Half
  var high: Half

  @inline(__always) init(low: Half, high: Half) {
    self.low = low
    self.high = high
  }

  @inline(__always) init(repeating value: Float) {
    self.init(low: Half(repeating: value), high: Half(repeating: value))
  }

  @inline(__always) static var count: Int { 2 &* Half.count }

  @inline(__always) static var zero: Self { Self(low: .zero, high: .zero) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self {
    Self(low: .load(pointer), high: .load(pointer + Half.count))
  }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
    low.store(pointer)
    high.store(pointer + Half.count)
  }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) {
    low.add(weight, times: x.low)
    high.add(weight, times: x.high)
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
    // Behind a single vector it is the other sum's turn, behind two or four the first one's again.
    if Half.count == vectorWidth { high.addDot(x.high, &odd, &even) } else { high.addDot(x.high, &even, &odd) }
  }
}

/// Calls `body` for parts of `count` floats: as many of four vectors as there are, then of two, then of one.
@inline(__always)
func forEachLaneBlock(of count: Int, _ body: (_ offset: Int, _ vectors: Int) -> Void) {
  var offset = 0
  while offset < count {
    let rest = (count &- offset) / vectorWidth
    let vectors = rest >= 4 ? 4 : rest >= 2 ? 2 : 1
    body(offset, vectors)
    offset &+= vectors &* vectorWidth
  }
}
