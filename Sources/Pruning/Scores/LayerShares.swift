import Networks

extension PruneScore {
  /// The magnitude within a layer; the layers' densities are in proportion to (n_in + n_out + kh + kw) / (n_in·n_out·kh·kw), as
  /// in Evci et al. (2020, arXiv 1911.11134), at most 1.
  public static let erk = PruneScore(
    "erk", help: "; the smallest of each layer, by Erdős–Rényi-kernel densities (erk)", isGlobal: true,
    order: .numbers(liveMagnitudes),
    // Density times size: the Erdős–Rényi kernel's density is the sum of a shape's numbers over their product.
    share: { $0.shape.reduce(0, +) })

  /// The magnitude within a layer, the same density in each.
  public static let uniform = PruneScore(
    "uniform", help: " or the same for all (uniform)", isGlobal: true, order: .numbers(liveMagnitudes),
    share: { $0.count })

  @Sendable private static func liveMagnitudes(
    _ parameter: Parameter, _ input: ScoredWeights, _ scores: inout [Float]
  ) {
    for block in parameter.liveBlocks { for index in block { scores[index] = abs(input.weights[index]) } }
  }
}

/// How many weights each layer keeps where a score says so, not a ranking across layers.
package enum LayerShares {
  /// Divides a whole number into whole parts: proportional, none above its limit, what is over divided again among the
  /// others. Fractions go by the largest remainder, to the first among equals. Exact, in integers.
  ///
  /// - Parameters:
  ///   - total: at most the sum of the limits.
  ///   - weights: 1 or more each.
  package static func divide(_ total: Int, inProportionTo weights: [Int], atMost limits: [Int]) -> [Int] {
    var parts = [Int](repeating: 0, count: weights.count)
    var open = Array(weights.indices)
    var rest = total
    var sum = weights.reduce(0, +)
    while true {
      let full = open.filter { rest * weights[$0] >= limits[$0] * sum }
      guard !full.isEmpty else { break }
      for index in full { parts[index] = limits[index] }
      open.removeAll { full.contains($0) }
      rest -= full.reduce(0) { $0 + limits[$1] }
      sum -= full.reduce(0) { $0 + weights[$1] }
    }
    guard !open.isEmpty else { return parts }
    for index in open { parts[index] = rest * weights[index] / sum }
    let over = rest - open.reduce(0) { $0 + parts[$1] }
    let byRemainder = open.sorted {
      (rest * weights[$1] % sum, $0) < (rest * weights[$0] % sum, $1)
    }
    for index in byRemainder.prefix(over) { parts[index] += 1 }
    return parts
  }
}
