/// Elements as pixels of an image or taps of a kernel: where each begins, and the floats from one of its rows to the next.
struct WinogradPixels: WinogradSquare, @unchecked Sendable {
  private let edge: Int
  private let starts: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// For each pixel; 0 for one that lies in the padding and points to zeros.
  private let strides: UnsafeMutablePointer<Int>
  /// Whether to add to what the pixels hold.
  var adding = false

  /// Memory for a square of pixels, to be given back by ``deallocate()``.
  init(edge: Int) {
    self.edge = edge
    starts = .allocate(capacity: edge * edge)
    strides = .allocate(capacity: edge * edge)
  }

  func deallocate() {
    starts.deallocate()
    strides.deallocate()
  }

  /// Lays the square over an image of `height` × `width` pixels, what is outside of it over `zeros`.
  func place(
    row: Int, column: Int, of image: UnsafePointer<Float>, height: Int, width: Int, pixelStride: Int, rowStride: Int,
    zeros: UnsafeMutablePointer<Float>
  ) {
    for pixel in 0..<edge * edge {
      let (y, x) = (row + pixel / edge, column + pixel % edge)
      let isInside = (0..<height).contains(y) && (0..<width).contains(x)
      let place: Int = (y * width + x) * pixelStride
      starts[pixel] = isInside ? UnsafeMutablePointer(mutating: image + place) : zeros
      strides[pixel] = isInside ? rowStride : 0
    }
  }

  /// Lays the square over the taps of a kernel, each one row.
  func place(taps: [Int], of weights: UnsafePointer<Float>) {
    for (tap, offset) in taps.enumerated() {
      starts[tap] = UnsafeMutablePointer(mutating: weights + offset)
      strides[tap] = 0
    }
  }

  @inline(__always) func load(_ element: Int, row: Int, offset: Int) -> Vector {
    (starts[element] + row &* strides[element]).vector(offset)
  }

  @inline(__always) func store(_ element: Int, row: Int, offset: Int, _ value: Vector) {
    let to = starts[element] + row &* strides[element]
    to.setVector(offset, adding ? to.vector(offset) + value : value)
  }
}
