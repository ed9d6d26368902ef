/// The kernels' vector: sixteen floats, one AVX-512 register.
public typealias Vector = SIMD16<Float>

/// The number of floats in a ``Vector``. Microbatches are multiples of it, so that no kernel has a remainder to handle.
public let vectorWidth = Vector.scalarCount

/// Contiguous floats that a register tile handles together: one, two or four vectors.
///
/// Loads and stores need no alignment to be correct; all buffers of the package are aligned to 64 bytes, to be fast.
protocol LaneBlock {
  static var count: Int { get }
  static var zero: Self { get }
  static func load(_ pointer: UnsafePointer<Float>) -> Self
  func store(_ pointer: UnsafeMutablePointer<Float>)
  /// Adds `weight · x` to every lane.
  mutating func add(_ weight: Float, times x: Self)
  /// The same value in every lane.
  static func repeating(_ value: Float) -> Self
  mutating func add(_ other: Self)
  /// Replaces negative lanes by zero.
  mutating func rectify()
  /// Adds the lanes' products with those of `x`, its vectors taking turns between two sums.
  func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector)
}

struct LaneBlock1: LaneBlock {
  var a: Vector

  @inline(__always) static var count: Int { 16 }
  @inline(__always) static var zero: Self { Self(a: .zero) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self {
    Self(a: pointer.vector(0))
  }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
    pointer.setVector(0, a)
  }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) {
    a.addProduct(Vector(repeating: weight), x.a)
  }

  @inline(__always) static func repeating(_ value: Float) -> Self {
    let vector = Vector(repeating: value)
    return Self(a: vector)
  }

  @inline(__always) mutating func add(_ other: Self) {
    a += other.a
  }

  @inline(__always) mutating func rectify() {
    a = a.rectified
  }

  @inline(__always) func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector) {
    even.addProduct(a, x.a)
  }
}

struct LaneBlock2: LaneBlock {
  var a: Vector
  var b: Vector

  @inline(__always) static var count: Int { 32 }
  @inline(__always) static var zero: Self { Self(a: .zero, b: .zero) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self {
    Self(a: pointer.vector(0), b: pointer.vector(16))
  }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
    pointer.setVector(0, a)
    pointer.setVector(16, b)
  }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) {
    let w = Vector(repeating: weight)
    a.addProduct(w, x.a)
    b.addProduct(w, x.b)
  }

  @inline(__always) static func repeating(_ value: Float) -> Self {
    let vector = Vector(repeating: value)
    return Self(a: vector, b: vector)
  }

  @inline(__always) mutating func add(_ other: Self) {
    a += other.a
    b += other.b
  }

  @inline(__always) mutating func rectify() {
    a = a.rectified
    b = b.rectified
  }

  @inline(__always) func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector) {
    even.addProduct(a, x.a)
    odd.addProduct(b, x.b)
  }
}

struct LaneBlock4: LaneBlock {
  var a: Vector
  var b: Vector
  var c: Vector
  var d: Vector

  @inline(__always) static var count: Int { 64 }
  @inline(__always) static var zero: Self { Self(a: .zero, b: .zero, c: .zero, d: .zero) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Self {
    Self(a: pointer.vector(0), b: pointer.vector(16), c: pointer.vector(32), d: pointer.vector(48))
  }

  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>) {
    pointer.setVector(0, a)
    pointer.setVector(16, b)
    pointer.setVector(32, c)
    pointer.setVector(48, d)
  }

  @inline(__always) mutating func add(_ weight: Float, times x: Self) {
    let w = Vector(repeating: weight)
    a.addProduct(w, x.a)
    b.addProduct(w, x.b)
    c.addProduct(w, x.c)
    d.addProduct(w, x.d)
  }

  @inline(__always) static func repeating(_ value: Float) -> Self {
    let vector = Vector(repeating: value)
    return Self(a: vector, b: vector, c: vector, d: vector)
  }

  @inline(__always) mutating func add(_ other: Self) {
    a += other.a
    b += other.b
    c += other.c
    d += other.d
  }

  @inline(__always) mutating func rectify() {
    a = a.rectified
    b = b.rectified
    c = c.rectified
    d = d.rectified
  }

  @inline(__always) func addDot(_ x: Self, _ even: inout Vector, _ odd: inout Vector) {
    even.addProduct(a, x.a)
    odd.addProduct(b, x.b)
    even.addProduct(c, x.c)
    odd.addProduct(d, x.d)
  }
}

extension UnsafePointer<Float> {
  /// The sixteen floats that begin `offset` floats behind this pointer.
  @inline(__always) func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer<Float> {
  /// The sixteen floats that begin `offset` floats behind this pointer.
  @inline(__always) func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  /// Overwrites the sixteen floats that begin `offset` floats behind this pointer.
  @inline(__always) func setVector(_ offset: Int, _ value: Vector) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Vector.self)
  }
}

extension Vector {
  /// The sum of the sixteen lanes, added pairwise (the standard library's `sum()` is a chain of sixteen scalar additions).
  @inline(__always) var pairwiseSum: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// Zero in place of every negative lane; NaN stays NaN.
  @inline(__always) var rectified: Vector { replacing(with: 0, where: self .< 0) }
}
