// The transforms of F(4×4, 3×3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015): four by four
// outputs of a 3×3 convolution from a 6×6 patch with 36 products in place of 144. Every transform multiplies
// a square by a matrix M from both sides, M X Mᵀ, whole vectors of lanes or channels at a time, element by element.
//
// The interpolation points are 0, ±⅝, ±3⁄2 and ∞. The customary 0, ±1, ±2 and ∞ lose more than twice as much to rounding,
// because the powers of 2 grow; points on both sides of 1 keep all three matrices small (Barabasz et al., "Error Analysis and
// Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020), and the powers of these are exact in single
// precision. Over 64 channels the error is 7·10⁻⁷ of a result's norm; that of the plain sum is 4·10⁻⁷.

enum Winograd {
  /// The outputs of a tile are `edge` × `edge`.
  static let edge = 4
  /// The inputs of a tile, and its products, are `patchEdge` × `patchEdge`.
  static let patchEdge = 6
  static let planes = patchEdge * patchEdge
  /// The taps are `kernelEdge` × `kernelEdge`.
  static let kernelEdge = 3
  /// The floats that a transform keeps between columns and rows.
  static let scratchCount = planes * vectorWidth

  /// The points, their squares, and the sum and product of these.
  fileprivate static let a: Float = 0.625
  fileprivate static let b: Float = 1.5
  fileprivate static let a2: Float = a * a
  fileprivate static let b2: Float = b * b
  fileprivate static let squareSum: Float = a2 + b2
  fileprivate static let squareProduct: Float = a2 * b2
  /// What `G` divides by.
  fileprivate static let factors = (
    zero: 1 / squareProduct, a: 1 / (2 * a2 * (a2 - b2)), b: 1 / (2 * b2 * (b2 - a2))
  )

  /// `V = Bᵀ d B`: the planes of a patch.
  enum Patch: WinogradTransform {
    @inline(__always) static var inputs: Int { patchEdge }
    @inline(__always) static var outputs: Int { patchEdge }

    @inline(__always)
    static func multiply(_ d: SixVectors) -> SixVectors {
      let evenA = d.4.addingProduct(-b2, d.2)
      let evenB = d.4.addingProduct(-a2, d.2)
      let oddA = (a * d.3).addingProduct(-a * b2, d.1)
      let oddB = (b * d.3).addingProduct(-b * a2, d.1)
      return (
        d.4.addingProduct(-squareSum, d.2).addingProduct(squareProduct, d.0), evenA + oddA, evenA - oddA, evenB + oddB,
        evenB - oddB, d.5.addingProduct(-squareSum, d.3).addingProduct(squareProduct, d.1)
      )
    }
  }

  /// `Y = Aᵀ M A`: the pixels of an output tile.
  enum Output: WinogradTransform {
    @inline(__always) static var inputs: Int { patchEdge }
    @inline(__always) static var outputs: Int { edge }

    @inline(__always)
    static func multiply(_ m: SixVectors) -> SixVectors {
      let (sumA, differenceA) = (m.1 + m.2, m.1 - m.2)
      let (sumB, differenceB) = (m.3 + m.4, m.3 - m.4)
      return (
        m.0 + sumA + sumB, (a * differenceA).addingProduct(b, differenceB),
        (a2 * sumA).addingProduct(b2, sumB), m.5.addingProduct(a * a2, differenceA).addingProduct(b * b2, differenceB),
        .zero, .zero
      )
    }
  }

  /// `A dY Aᵀ`: the planes of an output tile's gradient.
  enum OutputGradient: WinogradTransform {
    @inline(__always) static var inputs: Int { edge }
    @inline(__always) static var outputs: Int { patchEdge }

    @inline(__always)
    static func multiply(_ y: SixVectors) -> SixVectors {
      let evenA = y.0.addingProduct(a2, y.2)
      let evenB = y.0.addingProduct(b2, y.2)
      let oddA = (a * y.1).addingProduct(a * a2, y.3)
      let oddB = (b * y.1).addingProduct(b * b2, y.3)
      return (y.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, y.3)
    }
  }

  /// `U = G g Gᵀ`: the planes of a kernel.
  enum Kernel: WinogradTransform {
    @inline(__always) static var inputs: Int { kernelEdge }
    @inline(__always) static var outputs: Int { patchEdge }

    @inline(__always)
    static func multiply(_ g: SixVectors) -> SixVectors {
      let evenA = (factors.a * g.0).addingProduct(factors.a * a2, g.2)
      let evenB = (factors.b * g.0).addingProduct(factors.b * b2, g.2)
      let oddA = factors.a * a * g.1
      let oddB = factors.b * b * g.1
      return (factors.zero * g.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, g.2)
    }
  }

  /// `Gᵀ dU G`: the taps of a kernel's gradient.
  enum KernelGradient: WinogradTransform {
    @inline(__always) static var inputs: Int { patchEdge }
    @inline(__always) static var outputs: Int { kernelEdge }

    @inline(__always)
    static func multiply(_ u: SixVectors) -> SixVectors {
      let (sumA, differenceA) = (u.1 + u.2, u.1 - u.2)
      let (sumB, differenceB) = (u.3 + u.4, u.3 - u.4)
      return (
        (factors.zero * u.0).addingProduct(factors.a, sumA).addingProduct(factors.b, sumB),
        (factors.a * a * differenceA).addingProduct(factors.b * b, differenceB),
        u.5.addingProduct(factors.a * a2, sumA).addingProduct(factors.b * b2, sumB), .zero, .zero, .zero
      )
    }
  }
}
