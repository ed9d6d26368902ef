import Kernels
import Testing

extension ConvolutionShape {
  /// Visits every product of one image: the places of input, weight and output in PyTorch's order.
  ///
  /// - Parameter includes: whether a weight, by its place, has products at all.
  func forEachProduct(
    where includes: (_ weight: Int) -> Bool = { _ in true },
    _ body: (_ input: Int, _ weight: Int, _ output: Int) -> Void
  ) {
    for o in 0..<outputChannels {
      for i in 0..<inputChannels {
        for tap in 0..<taps where includes((o * inputChannels + i) * taps + tap) {
          for row in 0..<outputHeight {
            let inputRow = row * stride + tap / kernel - padding
            guard (0..<inputHeight).contains(inputRow) else { continue }
            for column in 0..<outputWidth {
              let inputColumn = column * stride + tap % kernel - padding
              guard (0..<inputWidth).contains(inputColumn) else { continue }
              body(
                (i * inputHeight + inputRow) * inputWidth + inputColumn, (o * inputChannels + i) * taps + tap,
                (o * outputHeight + row) * outputWidth + column)
            }
          }
        }
      }
    }
  }
}

/// What each element of a result adds up, in `Double`: the sum, the sum of squares and the number of the products.
struct ProductSums {
  private(set) var values: [Double]
  private var squares: [Double]
  private var counts: [Int]

  init(_ start: [Float]) {
    values = start.map(Double.init)
    squares = values.map { $0 * $0 }
    counts = values.map { _ in 1 }
  }

  mutating func add(_ a: Float, _ b: Float, to index: Int) {
    let product = Double(a) * Double(b)
    values[index] += product
    squares[index] += product * product
    counts[index] += 1
  }

  /// The sums when everything is added so many times: partial sums are then as many times as large.
  func times(_ factor: Int) -> ProductSums {
    var result = self
    result.values = values.map { $0 * Double(factor) }
    result.squares = squares.map { $0 * Double(factor * factor) }
    result.counts = counts.map { $0 * factor }
    return result
  }

  /// What rounding may come to: each of n additions rounds a partial sum about as large as the norm of the products or as
  /// the result, which adds up to some 0.3 √n units of it. Ten times that is out of reach of chance, and far less than
  /// any of the products.
  private func tolerance(_ index: Int) -> Double {
    let size = max(squares[index].squareRoot(), values[index].magnitude)
    return 4 * (1 + Double(counts[index]).squareRoot()) * 0x1p-24 * size
  }

  /// Expects these sums, or with `rectified` their positive parts.
  ///
  /// - Parameter backend: what added them up. Winograd's rounding follows the size of the whole result, as that of all fast
  ///   algorithms does, and not of each element: a tile's small sums come from the same products as its large ones (Higham,
  ///   "Accuracy and Stability of Numerical Algorithms", chapter 23).
  func expect(
    _ found: [Float], _ what: @autoclosure () -> String, rectified: Bool = false,
    by backend: ConvolutionBackend = .registerTiles, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    func expected(_ index: Int) -> Double { rectified ? max(0, values[index]) : values[index] }
    let largest = backend == .winograd ? 2 * (values.indices.map(tolerance).max() ?? 0) : nil
    #expect(found.count == values.count, "\(what())", sourceLocation: sourceLocation)
    let wrong = zip(found.indices, values.indices).first { index, _ in
      !((Double(found[index]) - expected(index)).magnitude <= largest ?? tolerance(index))
    }
    if let (wrong, _) = wrong {
      Issue.record(
        "\(what()), element \(wrong): \(found[wrong]), expected \(expected(wrong))", sourceLocation: sourceLocation)
    }
  }
}
