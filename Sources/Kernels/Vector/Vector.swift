/// The kernels' vector: sixteen floats, one AVX-512 register.
///
/// All other files count in vectors; only ``transposeSquares(_:stride:columns:to:rowStride:)`` is written out for this many.
typealias Vector = SIMD16<Float>

/// The bits of a vector's floats.
typealias VectorBits = SIMD16<UInt32>

extension VectorBits {
  /// Bit 0 in lane 0, bit 1 in lane 1, and so on.
  @inline(__always) static var oneALane: VectorBits {
    VectorBits(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
  }
}

/// The number of floats in a vector. Microbatches are multiples of it, so that no kernel has a remainder to handle.
public let vectorWidth = Vector.scalarCount

extension Int {
  /// The vectors that hold so many floats.
  var vectors: Int { (self + vectorWidth - 1) / vectorWidth }
}

/// The offsets of the vectors of `count` floats, one after the other.
///
/// A sequence and no function that calls a closure: those of some size are not inlined, and then every vector costs a call.
struct VectorOffsets: Sequence, IteratorProtocol {
  private let count: Int
  private var offset = 0

  @inline(__always) init(_ count: Int) { self.count = count }

  @inline(__always) mutating func next() -> Int? {
    guard offset < count else { return nil }
    defer { offset &+= vectorWidth }
    return offset
  }
}

/// A sum over the vectors of `count` floats, a multiple of ``vectorWidth``, as `add` adds the one at an offset.
///
/// Four accumulators: one alone would wait four cycles for each addition.
@inline(__always)
func sumOfVectors(_ count: Int, _ add: (_ sum: inout Vector, _ offset: Int) -> Void) -> Vector {
  var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var offset = 0
  while offset &+ 4 &* vectorWidth <= count {
    add(&a, offset)
    add(&b, offset &+ vectorWidth)
    add(&c, offset &+ 2 &* vectorWidth)
    add(&d, offset &+ 3 &* vectorWidth)
    offset &+= 4 &* vectorWidth
  }
  while offset < count {
    add(&a, offset)
    offset &+= vectorWidth
  }
  return (a + b) + (c + d)
}

extension UnsafePointer<Float> {
  /// The vector that begins `offset` floats behind this pointer.
  @inline(__always) func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  /// The vector that begins at `offset`, zeros in place of what lies at `count` and beyond.
  @inline(__always) func vector(_ offset: Int, upTo count: Int) -> Vector {
    if offset &+ vectorWidth <= count { return vector(offset) }
    var result = Vector.zero
    for lane in 0..<count &- offset { result[lane] = self[offset &+ lane] }
    return result
  }
}

extension UnsafeMutablePointer<Float> {
  /// The vector that begins `offset` floats behind this pointer.
  @inline(__always) func vector(_ offset: Int) -> Vector { UnsafePointer(self).vector(offset) }

  /// The vector that begins at `offset`, zeros in place of what lies at `count` and beyond.
  @inline(__always) func vector(_ offset: Int, upTo count: Int) -> Vector {
    UnsafePointer(self).vector(offset, upTo: count)
  }

  /// Overwrites the vector that begins `offset` floats behind this pointer.
  @inline(__always) func setVector(_ offset: Int, _ value: Vector) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Vector.self)
  }

  /// Overwrites the vector that begins at `offset`, but for what lies at `count` and beyond.
  @inline(__always) func setVector(_ offset: Int, _ value: Vector, upTo count: Int) {
    if offset &+ vectorWidth <= count { return setVector(offset, value) }
    for lane in 0..<count &- offset { self[offset &+ lane] = value[lane] }
  }
}

extension Vector {
  /// The sum of the lanes, added pairwise (the standard library's `sum()` is a chain of scalar additions).
  @inline(__always) var pairwiseSum: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// Zero in place of every negative lane; NaN stays NaN.
  @inline(__always) var rectified: Vector { replacing(with: 0, where: self .< 0) }
}
