import Text
import Networks
import Pruning

/// What the same number of pruned weights leaves of a network's cost, score by score: what `inspect` prints below a model's
/// own cost.
public struct ScoreTable: Sendable, Equatable, CustomStringConvertible {
  /// One score's outcome.
  public struct Row: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
      /// The multiply-adds of the survivors in the convolutions; how many times as fast as the dense network it is, predicted;
      /// the layers that are left without a weight that computes anything.
      case pruned(multiplyAdds: Int, speedup: Double, emptyLayers: [String])
      /// Nothing of the image would reach the result; how many weights the score can prune at most, of all.
      case empties(largest: Int, size: Int)
    }

    public var name: String
    public var outcome: Outcome

    public init(name: String, outcome: Outcome) {
      self.name = name
      self.outcome = outcome
    }
  }

  /// The fraction of all convolution weights that each score has pruned.
  public let amount: Double
  /// The dense network's multiply-adds in the convolutions, without padding.
  public let denseMultiplyAdds: Int
  public let rows: [Row]

  public init(amount: Double, denseMultiplyAdds: Int, rows: [Row]) {
    self.amount = amount
    self.denseMultiplyAdds = denseMultiplyAdds
    self.rows = rows
  }

  /// Prunes a network by every score, on paper.
  ///
  /// - Parameters:
  ///   - amount: the fraction of all convolution weights to prune, in [0, 1).
  ///   - mask: what is left of the network.
  /// - Throws: `PruningError` where the amount does not fit the network or a weight is not finite.
  public init(_ network: Network, mask: Mask, amount: Double) throws(PruningError) {
    var rows: [Row] = []
    for score in PruneScore.allCases {
      let powers = score.comparedPowers
      for power in powers {
        let request = PruneRequest(convolutionAmount: .total(amount), score: score, costPower: power)
        let name = score.rawValue + (powers.count > 1 ? ", power \(power.significant(2))" : "")
        rows.append(Row(name: name, outcome: try Self.outcome(network, mask: mask, request: request)))
      }
    }
    self.init(
      amount: amount,
      denseMultiplyAdds: NetworkCost(graph: network.graph, layout: network.layout, mask: mask).denseMultiplyAdds,
      rows: rows)
  }

  private static func outcome(
    _ network: Network, mask: Mask, request: PruneRequest
  ) throws(PruningError) -> Row.Outcome {
    let (graph, layout) = (network.graph, network.layout)
    do {
      let weights = UnsafeBufferPointer(network.arena[0..<layout.count])
      let selection = try request.select(weights: weights, layout: layout, mask: mask, graph: graph)
      let cost = NetworkCost(graph: graph, layout: layout, mask: selection)
      return .pruned(
        multiplyAdds: cost.multiplyAdds, speedup: cost.speedup, emptyLayers: selection.emptyLayers(of: layout))
    } catch .emptiesNetwork(_, _, let largest, let pruned, let size, _) {
      return .empties(largest: pruned + largest, size: size)
    }
  }

  /// The table as text, at most 120 columns wide for networks of the usual names.
  public var description: String {
    var table = Table([
      ("score", .left), ("multiply-\nadds", .right), ("kept", .right), ("fewer by", .right),
      ("predicted\nspeed-up", .right), ("empty layers", .left),
    ])
    for row in rows {
      switch row.outcome {
      case .pruned(let multiplyAdds, let speedup, let emptyLayers):
        let fewer = multiplyAdds == 0 ? "·" : (Double(denseMultiplyAdds) / Double(multiplyAdds)).factor
        table.add([
          row.name, multiplyAdds.abbreviated, multiplyAdds.percent(of: denseMultiplyAdds, digits: 1), fewer,
          speedup.factor, emptyLayers.isEmpty ? "none" : emptyLayers.listed(most: 2),
        ])
      case .empties(let largest, let size):
        let limit = (Double(largest) / Double(size) * 1000).rounded(.down) / 10
        table.add([row.name, "·", "·", "·", "·", "nothing would reach the result; at most \(limit.fixed(1)) %"])
      }
    }
    return "Pruned to \(amount.briefPercent()) of the convolution weights, before any fine-tuning\n\n" + table.text
  }
}
