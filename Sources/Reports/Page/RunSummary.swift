import Text
import Runs
import Training

/// A run in a few figures and words.
public struct RunSummary: Sendable {
  /// Test accuracy before pruning; nil where there is no such moment.
  public let denseAccuracy: Double?
  /// Test accuracy at the end, or at the last epoch so far.
  public let accuracy: Double?
  /// The pruned fraction of the convolution weights; nil where it is not known.
  public let sparsity: Double?
  /// The wall-clock seconds of the run so far.
  public let seconds: Double
  /// Of training, over all epochs.
  public let imagesPerSecond: Double?
  /// What the exchange cost in each phase.
  public let exchanges: [PhaseExchange]
  private let run: RunFiles

  /// What the exchange of a phase cost, on average over its epochs.
  public struct PhaseExchange: Sendable {
    public let name: String
    public let bytes: Int
    /// A step.
    public let seconds: Double
    /// Of the time of training.
    public let share: Double
  }

  public init(_ run: RunFiles) {
    self.run = run
    let stages = run.record?.stages ?? []
    // Without a record, the last epoch before the first pruning tells.
    let dense = run.metrics.prefix { $0.phase == .dense }.last
    let pruned = run.metrics.contains { $0.phase == .prune }
    let isGradual = run.configuration.pruning.gradual != nil
    denseAccuracy = run.record?.dense?.accuracy ?? (pruned && !isGradual ? dense?.testAccuracy : nil)
    accuracy = run.metrics.last?.testAccuracy ?? stages.last?.accuracy
    if let convolutions = stages.last?.convolutions, convolutions.weights > 0 {
      sparsity = 1 - Double(convolutions.survivors) / Double(convolutions.weights)
    } else {
      sparsity = run.metrics.last?.sparsity
    }
    seconds = max(run.record?.seconds ?? 0, run.metrics.last?.seconds ?? 0)
    let rates = run.metrics.compactMap(\.imagesPerSecond).filter { $0 > 0 }
    imagesPerSecond = rates.isEmpty ? nil : Double(rates.count) / rates.reduce(0) { $0 + 1 / $1 }
    exchanges = Self.exchanges(run)
  }

  private static func exchanges(_ run: RunFiles) -> [PhaseExchange] {
    let epochs = run.metrics.filter { ($0.exchangeBytes ?? 0) > 0 }
    let rounds = Set(epochs.map(\.round)).sorted()
    return rounds.compactMap { round in
      let own = epochs.filter { $0.round == round }
      guard let first = own.first else { return nil }
      func mean(_ value: (MetricsRecord) -> Double?) -> Double {
        own.reduce(0) { $0 + (value($1) ?? 0) } / Double(own.count)
      }
      let name =
        first.phase == .dense ? "Dense training" : rounds.last == 1 ? "Fine-tuning" : "Fine-tuning, round \(round)"
      // Gradual pruning makes a phase's messages smaller: the largest is what the phase needs.
      return PhaseExchange(
        name: name, bytes: own.compactMap(\.exchangeBytes).max() ?? 0, seconds: mean(\.exchangeSeconds),
        share: mean(\.exchangeShare))
    }
  }

  /// What the run is about.
  public var title: String {
    let name = run.configuration.architecture.rawValue
    guard run.configuration.kind != .train else { return run.isFinished ? "\(name), dense" : "\(name), dense training" }
    guard let sparsity, sparsity > 0 else { return "\(name), not pruned yet" }
    return "\(name), \(sparsity.briefPercent()) pruned"
  }

  /// What came of it, in a sentence.
  public var sentence: String {
    guard let accuracy else { return "No epoch is done yet." }
    let all = run.record?.final?.convolutions
    guard let denseAccuracy, run.metrics.contains(where: { $0.phase == .prune }) else {
      return "Accuracy on the \(run.evaluatedImages): \(accuracy.percent())."
    }
    var text =
      "Accuracy on the \(run.evaluatedImages) went from \(denseAccuracy.percent()) to \(accuracy.percent())"
    if let all, all.survivors > 0, all.survivorMultiplyAdds > 0 {
      let weights = (Double(all.weights) / Double(all.survivors)).factor
      let work = (Double(all.multiplyAdds) / Double(all.survivorMultiplyAdds)).factor
      text += ", with \(weights) fewer convolution weights and \(work) fewer multiply-adds"
    }
    return text + "."
  }

  /// Where the run stands.
  public var place: String {
    guard let last = run.metrics.last else { return "before the end of the first epoch" }
    switch last.phase {
    case .dense: return "dense training, epoch \(last.epoch) of \(run.configuration.dense.epochs) done"
    case .prune: return "pruned\(last.round > 1 ? ", round \(last.round)" : ""), before the next epoch"
    case .finetune:
      let round = last.round > 1 ? ", round \(last.round)" : ""
      let epochs = run.configuration.retraining(round: last.round).epochs
      return "fine-tuning\(round), epoch \(last.epoch) of \(epochs) done"
    }
  }
}
