/// Copies `[channel][pixel][lane]` to `[pixel][lane][channel]`, a vector of channels by a vector of lanes at a time.
///
/// The weight gradient sums over pixels and lanes; with the channels innermost that sum is a product of the same form as the
/// forward pass and needs no horizontal additions. One transposition serves all taps.
///
/// - Parameters:
///   - source: activations of `shape`.
///   - destination: `pixels · lanes` rows, `rowStride` floats apart; channels up to the next whole vector become zero.
package func transposeChannelsInnermost(
  _ source: UnsafePointer<Float>, _ shape: ActivationShape, to destination: UnsafeMutablePointer<Float>, rowStride: Int
) {
  var channel = 0
  while channel < shape.channels {
    let count = min(vectorWidth, shape.channels - channel)
    let from = source + channel &* shape.channelStride
    let to = destination + channel
    if count == vectorWidth {
      transposeSquares(from, stride: shape.channelStride, columns: shape.channelCount, to: to, rowStride: rowStride)
    } else {
      for column in 0..<shape.channelCount {
        for c in 0..<vectorWidth {
          to[column &* rowStride &+ c] = c < count ? from[c &* shape.channelStride &+ column] : 0
        }
      }
    }
    channel &+= vectorWidth
  }
}

/// Transposes sixteen rows of `columns` floats, a multiple of sixteen, into `columns` rows of sixteen.
///
/// With the index of a float written as (row, column) in 4 + 4 bits, taking the even and then the odd elements of row pairs
/// rotates those bits by one; four rotations exchange row and column.
@inline(never)
func transposeSquares(
  _ source: UnsafePointer<Float>, stride: Int, columns: Int, to destination: UnsafeMutablePointer<Float>, rowStride: Int
) {
  @inline(__always) func even(_ a: Vector, _ b: Vector) -> Vector { SIMD32(lowHalf: a, highHalf: b).evenHalf }
  @inline(__always) func odd(_ a: Vector, _ b: Vector) -> Vector { SIMD32(lowHalf: a, highHalf: b).oddHalf }
  var column = 0
  while column < columns {
    let p = source + column
    var (a0, a1, a2, a3) = (p.vector(0), p.vector(stride), p.vector(2 &* stride), p.vector(3 &* stride))
    var (a4, a5, a6, a7) = (
      p.vector(4 &* stride), p.vector(5 &* stride), p.vector(6 &* stride), p.vector(7 &* stride)
    )
    var (a8, a9, a10, a11) = (
      p.vector(8 &* stride), p.vector(9 &* stride), p.vector(10 &* stride), p.vector(11 &* stride)
    )
    var (a12, a13, a14, a15) = (
      p.vector(12 &* stride), p.vector(13 &* stride), p.vector(14 &* stride), p.vector(15 &* stride)
    )
    for _ in 0..<4 {
      let (e0, e1, e2, e3) = (even(a0, a1), even(a2, a3), even(a4, a5), even(a6, a7))
      let (e4, e5, e6, e7) = (even(a8, a9), even(a10, a11), even(a12, a13), even(a14, a15))
      let (o0, o1, o2, o3) = (odd(a0, a1), odd(a2, a3), odd(a4, a5), odd(a6, a7))
      let (o4, o5, o6, o7) = (odd(a8, a9), odd(a10, a11), odd(a12, a13), odd(a14, a15))
      (a0, a1, a2, a3, a4, a5, a6, a7) = (e0, e1, e2, e3, e4, e5, e6, e7)
      (a8, a9, a10, a11, a12, a13, a14, a15) = (o0, o1, o2, o3, o4, o5, o6, o7)
    }
    let q = destination + column &* rowStride
    q.setVector(0, a0)
    q.setVector(rowStride, a1)
    q.setVector(2 &* rowStride, a2)
    q.setVector(3 &* rowStride, a3)
    q.setVector(4 &* rowStride, a4)
    q.setVector(5 &* rowStride, a5)
    q.setVector(6 &* rowStride, a6)
    q.setVector(7 &* rowStride, a7)
    q.setVector(8 &* rowStride, a8)
    q.setVector(9 &* rowStride, a9)
    q.setVector(10 &* rowStride, a10)
    q.setVector(11 &* rowStride, a11)
    q.setVector(12 &* rowStride, a12)
    q.setVector(13 &* rowStride, a13)
    q.setVector(14 &* rowStride, a14)
    q.setVector(15 &* rowStride, a15)
    column &+= vectorWidth
  }
}
