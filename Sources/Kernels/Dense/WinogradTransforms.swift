// The transforms of F(4×4, 3×3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015): four by four
// outputs of a 3×3 convolution from a 6×6 patch with 36 products in place of 144. Every transform works on whole vectors of
// lanes or channels, element by element, first down the columns of a tile, then along its rows.
//
// The interpolation points are 0, ±⅝, ±3⁄2 and ∞. The customary 0, ±1, ±2 and ∞ lose more than twice as much to rounding,
// because the powers of 2 grow; points on both sides of 1 keep all three matrices small (Barabasz et al., "Error Analysis and
// Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020), and the powers of these are exact in single
// precision. Over 64 channels the error is 7·10⁻⁷ of a result's norm; that of the plain sum is 4·10⁻⁷.

/// Pixels of one tile: where each begins, and the floats from one of its rows (channels, or lanes) to the next.
struct WinogradPixels {
  /// 16 or 36 pixels, row by row.
  let starts: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
  /// For each pixel; 0 for one that lies in the padding and points to zeros.
  let strides: UnsafeBufferPointer<Int>

  /// A row of one pixel.
  @inline(__always) func row(_ row: Int, of pixel: Int) -> UnsafeMutablePointer<Float> {
    starts[pixel] + row &* strides[pixel]
  }
}

enum WinogradTransforms {
  /// The outputs of a tile are `edge` × `edge`.
  static let edge = 4
  /// The inputs of a tile, and its products, are `patchEdge` × `patchEdge`.
  static let patchEdge = 6
  static let planes = 36
  /// The floats that a transform keeps between columns and rows.
  static let scratchCount = planes * vectorWidth

  private typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)
  private typealias Four = (Vector, Vector, Vector, Vector)
  private typealias Three = (Vector, Vector, Vector)

  /// The points, their squares, and the sum and product of these.
  private static let a: Float = 0.625
  private static let b: Float = 1.5
  private static let a2: Float = a * a
  private static let b2: Float = b * b
  private static let squareSum: Float = a2 + b2
  private static let squareProduct: Float = a2 * b2
  /// What `G` divides by.
  private static let factors = (
    zero: 1 / squareProduct, a: 1 / (2 * a2 * (a2 - b2)), b: 1 / (2 * b2 * (b2 - a2))
  )

  /// `Bᵀ d`.
  @inline(__always)
  private static func patch(_ d: Six) -> Six {
    let evenA = d.4.addingProduct(-b2, d.2)
    let evenB = d.4.addingProduct(-a2, d.2)
    let oddA = (a * d.3).addingProduct(-a * b2, d.1)
    let oddB = (b * d.3).addingProduct(-b * a2, d.1)
    return (
      d.4.addingProduct(-squareSum, d.2).addingProduct(squareProduct, d.0), evenA + oddA, evenA - oddA, evenB + oddB,
      evenB - oddB, d.5.addingProduct(-squareSum, d.3).addingProduct(squareProduct, d.1)
    )
  }

  /// `Aᵀ m`.
  @inline(__always)
  private static func output(_ m: Six) -> Four {
    let (sumA, differenceA) = (m.1 + m.2, m.1 - m.2)
    let (sumB, differenceB) = (m.3 + m.4, m.3 - m.4)
    return (
      m.0 + sumA + sumB, (a * differenceA).addingProduct(b, differenceB),
      (a2 * sumA).addingProduct(b2, sumB), m.5.addingProduct(a * a2, differenceA).addingProduct(b * b2, differenceB)
    )
  }

  /// `A y`.
  @inline(__always)
  private static func outputGradient(_ y: Four) -> Six {
    let evenA = y.0.addingProduct(a2, y.2)
    let evenB = y.0.addingProduct(b2, y.2)
    let oddA = (a * y.1).addingProduct(a * a2, y.3)
    let oddB = (b * y.1).addingProduct(b * b2, y.3)
    return (y.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, y.3)
  }

  /// `G g`.
  @inline(__always)
  private static func kernel(_ g: Three) -> Six {
    let evenA = (factors.a * g.0).addingProduct(factors.a * a2, g.2)
    let evenB = (factors.b * g.0).addingProduct(factors.b * b2, g.2)
    let oddA = factors.a * a * g.1
    let oddB = factors.b * b * g.1
    return (factors.zero * g.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, g.2)
  }

  /// `Gᵀ u`.
  @inline(__always)
  private static func kernelGradient(_ u: Six) -> Three {
    let (sumA, differenceA) = (u.1 + u.2, u.1 - u.2)
    let (sumB, differenceB) = (u.3 + u.4, u.3 - u.4)
    return (
      (factors.zero * u.0).addingProduct(factors.a, sumA).addingProduct(factors.b, sumB),
      (factors.a * a * differenceA).addingProduct(factors.b * b, differenceB),
      u.5.addingProduct(factors.a * a2, sumA).addingProduct(factors.b * b2, sumB)
    )
  }

  /// `V = Bᵀ d B` of a 6×6 patch: for every row of `length` floats, 36 rows, `planeStride` floats apart.
  @inline(never)
  static func patch(
    _ pixels: WinogradPixels, rows: Int, length: Int, to result: UnsafeMutablePointer<Float>, planeStride: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      var offset = 0
      while offset < length {
        for column in 0..<patchEdge {
          @inline(__always) func load(_ line: Int) -> Vector {
            pixels.row(row, of: line &* patchEdge &+ column).vector(offset)
          }
          store(patch((load(0), load(1), load(2), load(3), load(4), load(5))), scratch + column &* 16, patchEdge &* 16)
        }
        let to = result + (row &* length &+ offset)
        for line in 0..<patchEdge {
          store(
            patch(loadSix(scratch + line &* patchEdge &* 16, 16)), to + line &* patchEdge &* planeStride, planeStride)
        }
        offset &+= 16
      }
    }
  }

  /// `Y = Aᵀ M A`: from 36 rows, `planeStride` floats apart, the sixteen pixels of an output tile.
  @inline(never)
  static func output(
    _ products: UnsafePointer<Float>, planeStride: Int, rows: Int, length: Int, to pixels: WinogradPixels, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      var offset = 0
      while offset < length {
        let from = products + (row &* length &+ offset)
        for column in 0..<patchEdge {
          let four = output(loadSix(from + column &* planeStride, patchEdge &* planeStride))
          store(four, scratch + column &* 16, patchEdge &* 16)
        }
        for line in 0..<edge {
          let four = output(loadSix(scratch + line &* patchEdge &* 16, 16))
          @inline(__always) func put(_ value: Vector, _ column: Int) {
            let to = pixels.row(row, of: line &* edge &+ column)
            to.setVector(offset, adding ? to.vector(offset) + value : value)
          }
          put(four.0, 0)
          put(four.1, 1)
          put(four.2, 2)
          put(four.3, 3)
        }
        offset &+= 16
      }
    }
  }

  /// `A dY Aᵀ`: from the sixteen pixels of an output tile's gradient, 36 rows, `planeStride` floats apart.
  @inline(never)
  static func outputGradient(
    _ pixels: WinogradPixels, rows: Int, length: Int, to result: UnsafeMutablePointer<Float>, planeStride: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      var offset = 0
      while offset < length {
        for column in 0..<edge {
          @inline(__always) func load(_ line: Int) -> Vector {
            pixels.row(row, of: line &* edge &+ column).vector(offset)
          }
          store(outputGradient((load(0), load(1), load(2), load(3))), scratch + column &* 16, edge &* 16)
        }
        let to = result + (row &* length &+ offset)
        for line in 0..<patchEdge {
          let from = scratch + line &* edge &* 16
          let six = outputGradient((from.vector(0), from.vector(16), from.vector(32), from.vector(48)))
          store(six, to + line &* patchEdge &* planeStride, planeStride)
        }
        offset &+= 16
      }
    }
  }

  /// `U = G g Gᵀ` of a 3×3 kernel's nine blocks of `count` floats: 36 blocks, `planeStride` floats apart.
  ///
  /// - Parameters:
  ///   - taps: where the nine blocks begin in `weights`.
  ///   - count: a multiple of 16.
  @inline(never)
  static func kernel(
    _ weights: UnsafePointer<Float>, taps: UnsafePointer<Int>, count: Int, to result: UnsafeMutablePointer<Float>,
    planeStride: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    var offset = 0
    while offset < count {
      for column in 0..<3 {
        @inline(__always) func load(_ line: Int) -> Vector { weights.vector(taps[line &* 3 &+ column] &+ offset) }
        store(kernel((load(0), load(1), load(2))), scratch + column &* 16, 48)
      }
      let to = result + offset
      for line in 0..<patchEdge {
        let from = scratch + line &* 48
        store(
          kernel((from.vector(0), from.vector(16), from.vector(32))), to + line &* patchEdge &* planeStride,
          planeStride)
      }
      offset &+= 16
    }
  }

  /// `Gᵀ dU G`: the gradient of the nine taps from that of the 36 blocks.
  @inline(never)
  static func kernelGradient(
    _ products: UnsafePointer<Float>, planeStride: Int, count: Int, to gradient: UnsafeMutablePointer<Float>,
    taps: UnsafePointer<Int>,
    adding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    var offset = 0
    while offset < count {
      let from = products + offset
      for column in 0..<patchEdge {
        let three = kernelGradient(loadSix(from + column &* planeStride, patchEdge &* planeStride))
        let to = scratch + column &* 16
        to.setVector(0, three.0)
        to.setVector(patchEdge &* 16, three.1)
        to.setVector(2 &* patchEdge &* 16, three.2)
      }
      for line in 0..<3 {
        let three = kernelGradient(loadSix(scratch + line &* patchEdge &* 16, 16))
        @inline(__always) func put(_ value: Vector, _ column: Int) {
          let to = gradient + (taps[line &* 3 &+ column] &+ offset)
          to.setVector(0, adding ? to.vector(0) + value : value)
        }
        put(three.0, 0)
        put(three.1, 1)
        put(three.2, 2)
      }
      offset &+= 16
    }
  }

  @inline(__always)
  private static func loadSix(_ from: UnsafePointer<Float>, _ stride: Int) -> Six {
    (
      from.vector(0), from.vector(stride), from.vector(2 &* stride), from.vector(3 &* stride),
      from.vector(4 &* stride), from.vector(5 &* stride)
    )
  }

  @inline(__always)
  private static func store(_ six: Six, _ to: UnsafeMutablePointer<Float>, _ stride: Int) {
    to.setVector(0, six.0)
    to.setVector(stride, six.1)
    to.setVector(2 &* stride, six.2)
    to.setVector(3 &* stride, six.3)
    to.setVector(4 &* stride, six.4)
    to.setVector(5 &* stride, six.5)
  }

  @inline(__always)
  private static func store(_ four: Four, _ to: UnsafeMutablePointer<Float>, _ stride: Int) {
    to.setVector(0, four.0)
    to.setVector(stride, four.1)
    to.setVector(2 &* stride, four.2)
    to.setVector(3 &* stride, four.3)
  }
}
