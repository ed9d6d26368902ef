import Networks

extension PruneScore {
  /// The layer-adaptive magnitude of Lee et al. (2021, arXiv 2010.07611): w² over the sum of the squares of all weights of
  /// the layer that have at least its magnitude. Summed in double precision from the largest down, rounded to single.
  public static let lamp = PruneScore(
    "lamp", help: ", over their layer's larger ones (lamp)", isGlobal: true, order: .numbers(layerAdaptive))

  /// The square roots of Lee et al.'s scores, which order as they do and lose no small weight to single precision.
  @Sendable private static func layerAdaptive(
    _ parameter: Parameter, _ input: ScoredWeights, _ scores: inout [Float]
  ) {
    var survivors: [MagnitudeSort.Element] = []
    survivors.reserveCapacity(parameter.liveBlocks.reduce(0) { $0 + $1.count })
    input.mask.words.withUnsafeBufferPointer { words in
      for block in parameter.liveBlocks {
        forEachWord(of: block) { word, bits in
          var bits = words[word] & bits
          while bits != 0 {
            let index = word * 64 + bits.trailingZeroBitCount
            survivors.append(MagnitudeSort.element(input.weights[index], at: index))
            bits &= bits &- 1
          }
        }
      }
    }
    MagnitudeSort.sort(&survivors)
    var sum = 0.0
    var end = survivors.count
    while end > 0 {
      let magnitude = MagnitudeSort.magnitude(survivors[end - 1])
      var start = end
      let square = Double(magnitude) * Double(magnitude)
      while start > 0 && MagnitudeSort.magnitude(survivors[start - 1]) == magnitude {
        sum += square
        start -= 1
      }
      let score = sum == 0 ? 0 : Float((square / sum).squareRoot())
      for place in start..<end { scores[MagnitudeSort.index(survivors[place])] = score }
      end = start
    }
  }
}
