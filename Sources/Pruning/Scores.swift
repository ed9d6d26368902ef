import Foundation
import Networks

/// One number an arena element, by which survivors are ranked in place of their magnitudes; 0 for dead taps.
enum Scores {
  /// - Parameters:
  ///   - score: one that is not the magnitude itself and not a draw.
  ///   - weights: the arena; its survivors are finite.
  ///   - graph: what ``PruneScore/l1PerCost`` reads costs from.
  /// - Throws: `PruningError.unknownCost` for a convolution that the graph does not have.
  static func of(
    _ parameters: [Parameter], weights: UnsafeBufferPointer<Float>, mask: borrowing Mask, request: PruneRequest,
    graph: NetworkGraph?
  ) throws(PruningError) -> [Float] {
    var scores = [Float](repeating: 0, count: weights.count)
    let costs = graph?.weightCosts ?? [:]
    for parameter in parameters {
      switch request.score {
      case .l1, .random, .erk, .uniform:
        for block in parameter.liveBlocks { for index in block { scores[index] = abs(weights[index]) } }
      case .l1PerCost:
        guard let costs = costs[parameter.name] else { throw .unknownCost(parameter: parameter.name) }
        for ((block, isLive), cost) in zip(zip(parameter.blocks, parameter.isLive), costs) where isLive && cost > 0 {
          let divisor = pow(Double(cost), request.costPower)
          for index in block { scores[index] = Float(Double(abs(weights[index])) / divisor) }
        }
      case .lamp: layerAdaptive(parameter, weights, mask, &scores)
      }
    }
    return scores
  }

  /// The square roots of Lee et al.'s scores, which order as they do and lose no small weight to single precision.
  private static func layerAdaptive(
    _ parameter: Parameter, _ weights: UnsafeBufferPointer<Float>, _ mask: borrowing Mask, _ scores: inout [Float]
  ) {
    var survivors: [MagnitudeSort.Element] = []
    survivors.reserveCapacity(parameter.liveBlocks.reduce(0) { $0 + $1.count })
    mask.words.withUnsafeBufferPointer { words in
      for block in parameter.liveBlocks {
        forEachWord(of: block) { word, bits in
          var bits = words[word] & bits
          while bits != 0 {
            let index = word * 64 + bits.trailingZeroBitCount
            survivors.append(MagnitudeSort.element(weights[index], at: index))
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

extension Parameter {
  /// The blocks that meet pixels.
  fileprivate var liveBlocks: [Range<Int>] { zip(blocks, isLive).compactMap { $1 ? $0 : nil } }
}
