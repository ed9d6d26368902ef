import Text
import Training

/// What each pruning of a run took, and how the network did around it, from `metrics.jsonl`.
package struct PruningRounds: Sendable {
  /// One pruning.
  package struct Round: Sendable, Equatable {
    package let number: Int
    /// The epochs of training that were done; nil outside of training.
    package let epoch: Int?
    /// The pruned fraction of convolution and linear weights.
    package let sparsity: Double
    /// Test accuracy before; nil where nothing was trained before.
    package let before: Double?
    /// Test accuracy right after.
    package let pruned: Double
    /// Test accuracy after the training that followed, up to the next pruning; nil where there is none yet.
    package let after: Double?
  }

  package let rounds: [Round]
  private let isGradual: Bool
  private let evaluatedImages: String

  package init(_ run: RunFiles) {
    evaluatedImages = run.evaluatedImages
    isGradual = run.configuration.pruning.gradual != nil
    let metrics = run.metrics
    rounds = metrics.indices.filter { metrics[$0].phase == .prune }.map { index in
      let record = metrics[index]
      let trained = metrics[(index + 1)...].prefix { $0.phase != .prune }
      return Round(
        number: record.round, epoch: record.epoch > 0 ? record.epoch : nil, sparsity: record.sparsity,
        before: metrics[..<index].last?.testAccuracy ?? run.record?.unpruned?.accuracy, pruned: record.testAccuracy,
        after: trained.last?.testAccuracy)
    }
  }

  /// The prunings as a table with a heading; empty where there is one at most.
  var table: String {
    guard rounds.count > 1 else { return "" }
    func percent(_ fraction: Double?) -> String { fraction?.percent() ?? "·" }
    let rows = rounds.map { round in
      [
        "\(round.number)" + (round.epoch.map { ", epoch \($0)" } ?? ""),
        Piece.value(round.sparsity.percent(), "sparsity", round.sparsity), percent(round.before),
        Piece.value(percent(round.pruned), "accuracy-pruned", round.pruned),
        round.after.map { Piece.value(percent($0), "accuracy-after", $0) } ?? "·",
      ]
    }
    let after = isGradual ? "after more training" : "fine-tuned"
    let note = "Accuracy on the \(evaluatedImages). What is pruned counts convolutions and the linear layer."
    return "<h3 class=\"below\">Pruning by pruning</h3><p class=\"lead\">\(Markup.escape(note))</p>"
      + Piece.table(["round", "pruned", "before", "right after", after], rows, class: "rounds")
  }
}
