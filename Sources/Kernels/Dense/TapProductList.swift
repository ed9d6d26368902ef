/// A product of one tap with neighbouring pixels of a row: source and destination advance together.
struct TapProduct: Sendable {
  let tap: Int
  /// The first pixel that is read.
  let source: Int
  /// The first pixel that is written.
  let destination: Int
  var pixels: Int
  /// Whether nothing has been written to these pixels yet.
  var isFirst = false
}

/// The products that make up a convolution, row by row of what it writes.
///
/// At stride 1 a tap's product runs over all pixels of a row for which it does not meet padding; at other strides neighbours
/// are not contiguous, and every pixel is a product of its own.
struct TapProductList: Sendable {
  let products: [TapProduct]
  /// Pixels that are to be set to zero before, because no single product is the first one for them.
  let cleared: [Range<Int>]

  /// - Parameters:
  ///   - meetings: each tap's source and destination pixels.
  ///   - width: the pixels of a destination row.
  ///   - height: the destination rows.
  init(meetings: [(tap: Int, source: Int, destination: Int)], width: Int, height: Int) {
    var rows = [[TapProduct]](repeating: [], count: height)
    for meeting in meetings.sorted(by: { ($0.tap, $0.destination) < ($1.tap, $1.destination) }) {
      let row = meeting.destination / width
      if let last = rows[row].last, last.tap == meeting.tap, last.source + last.pixels == meeting.source,
        last.destination + last.pixels == meeting.destination
      {
        rows[row][rows[row].count - 1].pixels += 1
      } else {
        rows[row].append(
          TapProduct(tap: meeting.tap, source: meeting.source, destination: meeting.destination, pixels: 1))
      }
    }

    var cleared: [Range<Int>] = []
    for row in rows.indices {
      // A tap that meets padding nowhere goes first and saves the row from being cleared.
      rows[row].sort { ($1.pixels, $0.tap, $0.destination) < ($0.pixels, $1.tap, $1.destination) }
      var untouched = Set(row * width..<(row + 1) * width)
      var isMixed = false
      for index in rows[row].indices {
        let product = rows[row][index]
        let pixels = product.destination..<product.destination + product.pixels
        let count = pixels.count { untouched.contains($0) }
        rows[row][index].isFirst = count == pixels.count
        isMixed = isMixed || count > 0 && count < pixels.count
        untouched.subtract(pixels)
      }
      if isMixed {
        for index in rows[row].indices { rows[row][index].isFirst = false }
        cleared.append(row * width..<(row + 1) * width)
      } else {
        cleared += untouched.sorted().map { $0..<$0 + 1 }
      }
    }
    self.cleared = cleared
    products = rows.flatMap { $0 }
  }

  /// Computes `C[destination] = Σ W[tap] · X[source]`.
  ///
  /// - Parameters:
  ///   - rows: the channels of the result.
  ///   - depth: the channels of the source.
  ///   - lanes: the floats of a pixel.
  ///   - weights: the factor of each tap.
  ///   - adding: whether to add to what the result holds.
  func run(
    rows: Int, depth: Int, lanes: Int, weights: (Int) -> MatrixFactor, source: UnsafePointer<Float>, sourceStride: Int,
    result: UnsafeMutablePointer<Float>, resultStride: Int, adding: Bool
  ) {
    if !adding {
      for pixels in cleared {
        for row in 0..<rows {
          (result + (row * resultStride + pixels.lowerBound * lanes)).update(repeating: 0, count: pixels.count * lanes)
        }
      }
    }
    for product in products {
      multiplyMatrices(
        weights(product.tap), MatrixFactor(elements: source + product.source * lanes, stride: sourceStride), rows: rows,
        columns: product.pixels * lanes, depth: depth, into: result + product.destination * lanes, stride: resultStride,
        adding: adding || !product.isFirst)
    }
  }
}
