/// Pixels of one output channel that a kernel keeps in registers.
protocol PixelTile: LaneBlock {
  init(repeating value: Float)
  static func + (a: Self, b: Self) -> Self
  /// Zero in place of every negative pixel.
  var rectified: Self { get }
}

extension LaneBlock1: PixelTile {
  @inline(__always) init(repeating value: Float) { self.init(a: Vector(repeating: value)) }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a: a.a + b.a) }
  @inline(__always) var rectified: Self { Self(a: a.rectified) }
}

extension LaneBlock2: PixelTile {
  @inline(__always) init(repeating value: Float) {
    let v = Vector(repeating: value)
    self.init(a: v, b: v)
  }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a: a.a + b.a, b: a.b + b.b) }
  @inline(__always) var rectified: Self { Self(a: a.rectified, b: b.rectified) }
}

extension LaneBlock4: PixelTile {
  @inline(__always) init(repeating value: Float) {
    let v = Vector(repeating: value)
    self.init(a: v, b: v, c: v, d: v)
  }
  @inline(__always) static func + (a: Self, b: Self) -> Self {
    Self(a: a.a + b.a, b: a.b + b.b, c: a.c + b.c, d: a.d + b.d)
  }
  @inline(__always) var rectified: Self { Self(a: a.rectified, b: b.rectified, c: c.rectified, d: d.rectified) }
}

/// Eight vectors: a band of 8 rows of 16 pixels, or of 4 rows of 32.
struct PixelTile8: PixelTile {
  var low: LaneBlock4
  var high: LaneBlock4

  @inline(__always) static var count: Int { 128 }
  @inline(__always) static var zero: Self { Self(low: .zero, high: .zero) }

  @inline(__always) init(low: LaneBlock4, high: LaneBlock4) {
    self.low = low
    self.high = high
  }

  @inline(__always) init(repeating value: Float) {
    self.init(low: LaneBlock4(repeating: value), high: LaneBlock4(repeating: value))
  }

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

  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(low: a.low + b.low, high: a.high + b.high) }
  @inline(__always) var rectified: Self { Self(low: low.rectified, high: high.rectified) }
}
