// The transforms of F(2×2, 3×3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015): two by two outputs
// of a 3×3 convolution from a 4×4 patch with 16 products in place of 36. Every transform works on whole vectors of lanes
// or channels, element by element.

/// Pixels of one tile: where each begins, and the floats from one of its rows (channels, or lanes) to the next.
struct WinogradPixels {
  /// Four or sixteen pixels, row by row.
  let starts: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
  /// For each pixel; 0 for one that lies in the padding and points to zeros.
  let strides: UnsafeBufferPointer<Int>

  /// A row of one pixel.
  @inline(__always) func row(_ row: Int, of pixel: Int) -> UnsafeMutablePointer<Float> {
    starts[pixel] + row &* strides[pixel]
  }
}

enum WinogradTransforms {
  private typealias Four = (Vector, Vector, Vector, Vector)

  /// `V = Bᵀ d B` of a 4×4 patch: for every row of `length` floats, 16 rows, `planeStride` floats apart.
  @inline(never)
  static func patch(
    _ pixels: WinogradPixels, rows: Int, length: Int, to result: UnsafeMutablePointer<Float>, planeStride: Int
  ) {
    @inline(__always) func half(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Four {
      (a - c, b + c, c - b, b - d)
    }
    for row in 0..<rows {
      @inline(__always) func at(_ pixel: Int) -> UnsafeMutablePointer<Float> { pixels.row(row, of: pixel) }
      let (p0, p1, p2, p3) = (at(0), at(1), at(2), at(3))
      let (p4, p5, p6, p7) = (at(4), at(5), at(6), at(7))
      let (p8, p9, p10, p11) = (at(8), at(9), at(10), at(11))
      let (p12, p13, p14, p15) = (at(12), at(13), at(14), at(15))
      var offset = 0
      while offset < length {
        let a = half(p0.vector(offset), p4.vector(offset), p8.vector(offset), p12.vector(offset))
        let b = half(p1.vector(offset), p5.vector(offset), p9.vector(offset), p13.vector(offset))
        let c = half(p2.vector(offset), p6.vector(offset), p10.vector(offset), p14.vector(offset))
        let d = half(p3.vector(offset), p7.vector(offset), p11.vector(offset), p15.vector(offset))
        let to = result + (row &* length &+ offset)
        store(half(a.0, b.0, c.0, d.0), to, planeStride, 0)
        store(half(a.1, b.1, c.1, d.1), to, planeStride, 4)
        store(half(a.2, b.2, c.2, d.2), to, planeStride, 8)
        store(half(a.3, b.3, c.3, d.3), to, planeStride, 12)
        offset &+= 16
      }
    }
  }

  /// `Y = Aᵀ M A`: from 16 rows, `planeStride` floats apart, the four pixels of an output tile.
  @inline(never)
  static func output(
    _ products: UnsafePointer<Float>, planeStride: Int, rows: Int, length: Int, to pixels: WinogradPixels, adding: Bool
  ) {
    @inline(__always) func half(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> (Vector, Vector) {
      (a + b + c, b - c - d)
    }
    for row in 0..<rows {
      let (p0, p1) = (pixels.row(row, of: 0), pixels.row(row, of: 1))
      let (p2, p3) = (pixels.row(row, of: 2), pixels.row(row, of: 3))
      var offset = 0
      while offset < length {
        let from = products + (row &* length &+ offset)
        @inline(__always) func load(_ plane: Int) -> Vector { from.vector(plane &* planeStride) }
        let a = half(load(0), load(4), load(8), load(12))
        let b = half(load(1), load(5), load(9), load(13))
        let c = half(load(2), load(6), load(10), load(14))
        let d = half(load(3), load(7), load(11), load(15))
        let top = half(a.0, b.0, c.0, d.0)
        let bottom = half(a.1, b.1, c.1, d.1)
        @inline(__always) func store(_ value: Vector, _ to: UnsafeMutablePointer<Float>) {
          to.setVector(offset, adding ? to.vector(offset) + value : value)
        }
        store(top.0, p0)
        store(top.1, p1)
        store(bottom.0, p2)
        store(bottom.1, p3)
        offset &+= 16
      }
    }
  }

  /// `A dY Aᵀ`: from the four pixels of an output tile's gradient, 16 rows, `planeStride` floats apart.
  @inline(never)
  static func outputGradient(
    _ pixels: WinogradPixels, rows: Int, length: Int, to result: UnsafeMutablePointer<Float>, planeStride: Int
  ) {
    @inline(__always) func half(_ a: Vector, _ b: Vector) -> Four { (a, a + b, a - b, -b) }
    for row in 0..<rows {
      let (p0, p1) = (pixels.row(row, of: 0), pixels.row(row, of: 1))
      let (p2, p3) = (pixels.row(row, of: 2), pixels.row(row, of: 3))
      var offset = 0
      while offset < length {
        let left = half(p0.vector(offset), p2.vector(offset))
        let right = half(p1.vector(offset), p3.vector(offset))
        let to = result + (row &* length &+ offset)
        store(half(left.0, right.0), to, planeStride, 0)
        store(half(left.1, right.1), to, planeStride, 4)
        store(half(left.2, right.2), to, planeStride, 8)
        store(half(left.3, right.3), to, planeStride, 12)
        offset &+= 16
      }
    }
  }

  /// `U = G g Gᵀ` of a 3×3 kernel's nine blocks of `count` floats: 16 blocks, `count` floats apart.
  ///
  /// - Parameters:
  ///   - taps: where the nine blocks begin in `weights`.
  ///   - count: a multiple of 16.
  @inline(never)
  static func kernel(
    _ weights: UnsafePointer<Float>, taps: UnsafePointer<Int>, count: Int, to result: UnsafeMutablePointer<Float>
  ) {
    @inline(__always) func half(_ a: Vector, _ b: Vector, _ c: Vector) -> Four {
      let (outer, inner) = (0.5 * (a + c), 0.5 * b)
      return (a, outer + inner, outer - inner, c)
    }
    var offset = 0
    while offset < count {
      @inline(__always) func load(_ tap: Int) -> Vector { weights.vector(taps[tap] &+ offset) }
      let a = half(load(0), load(3), load(6))
      let b = half(load(1), load(4), load(7))
      let c = half(load(2), load(5), load(8))
      let to = result + offset
      store(half(a.0, b.0, c.0), to, count, 0)
      store(half(a.1, b.1, c.1), to, count, 4)
      store(half(a.2, b.2, c.2), to, count, 8)
      store(half(a.3, b.3, c.3), to, count, 12)
      offset &+= 16
    }
  }

  /// `Gᵀ dU G`: the gradient of the nine taps from that of the 16 blocks.
  @inline(never)
  static func kernelGradient(
    _ products: UnsafePointer<Float>, count: Int, to gradient: UnsafeMutablePointer<Float>, taps: UnsafePointer<Int>,
    adding: Bool
  ) {
    @inline(__always) func half(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> (Vector, Vector, Vector) {
      let sum = 0.5 * (b + c)
      return (a + sum, 0.5 * (b - c), sum + d)
    }
    var offset = 0
    while offset < count {
      let from = products + offset
      @inline(__always) func load(_ plane: Int) -> Vector { from.vector(plane &* count) }
      let a = half(load(0), load(4), load(8), load(12))
      let b = half(load(1), load(5), load(9), load(13))
      let c = half(load(2), load(6), load(10), load(14))
      let d = half(load(3), load(7), load(11), load(15))
      @inline(__always) func store(_ three: (Vector, Vector, Vector), _ tap: Int) {
        @inline(__always) func put(_ value: Vector, _ tap: Int) {
          let to = gradient + (taps[tap] &+ offset)
          to.setVector(0, adding ? to.vector(0) + value : value)
        }
        put(three.0, tap)
        put(three.1, tap &+ 1)
        put(three.2, tap &+ 2)
      }
      store(half(a.0, b.0, c.0, d.0), 0)
      store(half(a.1, b.1, c.1, d.1), 3)
      store(half(a.2, b.2, c.2, d.2), 6)
      offset &+= 16
    }
  }

  @inline(__always)
  private static func store(_ four: Four, _ to: UnsafeMutablePointer<Float>, _ planeStride: Int, _ plane: Int) {
    to.setVector(plane &* planeStride, four.0)
    to.setVector((plane &+ 1) &* planeStride, four.1)
    to.setVector((plane &+ 2) &* planeStride, four.2)
    to.setVector((plane &+ 3) &* planeStride, four.3)
  }
}
