import Formats
import Images
import Networks
import Reports
import Runs
import Text
import Training

extension Console {
  /// Says how the network is and does at the end of a stage, or at a pruning within one.
  ///
  /// - Parameter finetunes: whether anything follows a pruning. Where nothing does, nothing need be said twice.
  func saw(_ moment: RunMoment, finetunes: Bool, classNames: [String]) throws {
    let before = finetunes ? ", before fine-tuning" : ""
    let round = moment.rounds > 1 && !moment.isGradual ? ", round \(moment.round) of \(moment.rounds)" : ""
    switch moment.kind {
    case .unpruned: return
    case .pruned where moment.isGradual: return sayPrunedInTraining(moment)
    case .finetuned where !finetunes: return
    case .finetuned: head("After fine-tuning\(round)")
    case .gradual: head("After gradual pruning\(before)")
    case .dense: head(moment.isTrained ? "Dense network" : "Before pruning")
    case .pruned:
      head("After pruning\(round)\(before)")
      if let pruning = moment.pruning { say(pruning) }
    }
    try show(moment.evaluation, classNames: classNames)
    if !moment.isTrained { try saySparsity(moment) }
  }

  private func sayPrunedInTraining(_ moment: RunMoment) {
    guard let pruning = moment.pruning else { return }
    let evaluation = moment.evaluation
    say(
      "pruned to \((100 * moment.place.sparsity).fixed(2)) %: test loss \(evaluation.loss.fixed(4))  "
        + "accuracy \((100 * evaluation.accuracy).fixed(2)) %; "
        + "\(pruning.cost.multiplyAdds.percent(of: pruning.cost.denseMultiplyAdds)) of the multiply-adds left")
    if !pruning.emptiedLayers.isEmpty { say("note: empty now: \(pruning.emptiedLayers.joined(separator: ", "))") }
  }

  /// What is left of the dense network's work, and which layers do nothing any more.
  private func say(_ result: PruningResult) {
    let cost = result.cost
    say(
      "selected and broadcast in \((1e3 * result.seconds).fixed(1)) ms; all ranks agree (\(Hash128(result.mask)))")
    say(
      "\(cost.multiplyAdds.abbreviated) multiply-adds an image, \(cost.multiplyAdds.percent(of: cost.denseMultiplyAdds)) of "
        + "the dense network's; predicted inference \(cost.speedup.factor) as fast")
    if !result.emptiedLayers.isEmpty {
      let layers = result.emptiedLayers.count == 1 ? "1 layer is" : "\(result.emptiedLayers.count) layers are"
      say("note: \(layers) empty now: \(result.emptiedLayers.joined(separator: ", "))")
    }
  }

  private func saySparsity(_ moment: RunMoment) throws {
    let (network, layout) = (moment.place.network, moment.place.network.layout)
    let isPruned = moment.kind == .finetuned ? moment.round < moment.rounds : moment.kind != .dense
    let report =
      isPruned
      ? try SparsityReport(layout: layout, mask: moment.place.mask)
      : try SparsityReport(layout: layout, weights: UnsafeBufferPointer(network.arena[0..<layout.count]))
    say(report.description)
  }

  /// Prints loss, accuracy and the classification report of an evaluation.
  func show(_ evaluation: Evaluation, classNames: [String]) throws {
    guard speaks else { return }
    say("test loss \(evaluation.loss.fixed(4)), accuracy \((100 * evaluation.accuracy).fixed(2)) %")
    say()
    say(
      try ClassificationReport(truth: evaluation.truth, predictions: evaluation.predictions, classNames: classNames)
        .description)
  }

  /// Says what the whole run came to.
  func finished(_ ending: RunEnding, kind: RunKind, data: CIFARDataset) {
    let network = ending.place.network
    if kind != .train {
      head("Summary")
      say(data.description)
      for result in ending.state.results {
        let accuracy = (100 * result.accuracy).fixed(2)
        say("  \(accuracy) %  \(result.name) (loss \(result.loss.fixed(4)))")
      }
      say()
      say(CostTable(graph: network.graph, layout: network.layout, mask: ending.place.mask).summary)
      say()
    }
    let state = ending.state
    let speed = state.trainingSeconds > 0 ? Double(state.trainedImages) / state.trainingSeconds : 0
    let training = "trained on \(state.trainedImages.grouped) images at \(Int(speed.rounded()).grouped) images/s; "
    say((state.trainedImages > 0 ? training : "") + "\(Duration.seconds(ending.seconds).brief) in all")
    if state.skippedSteps > 0 {
      say("\(state.skippedSteps.grouped) steps were left out: their loss or gradient was not finite")
    }
    let rounds = state.exchanges.count { $0.phase == .finetune }
    for summary in state.exchanges where summary.bytes > 0 {
      let name =
        summary.phase == .dense ? "dense training" : "fine-tuning" + (rounds > 1 ? ", round \(summary.round)" : "")
      say(
        "exchange in \(name): \(summary.bytes.bytes) a step and rank in \((1e3 * summary.seconds).fixed(1)) ms, "
          + "\((100 * summary.share).fixed(1)) % of the step")
    }
    say("weights \(Hash128(network))")
  }
}
