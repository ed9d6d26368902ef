import Networks

extension Job {
  private static let rewindingFile = "checkpoints/rewind.safetensors"

  private var rewindsWeights: Bool { configuration.pruning.rewinding?.subject == .weights }

  /// Between two epochs of dense training: keeps the weights that pruning is to go back to.
  func keepForRewinding() throws {
    guard rewindsWeights, configuration.pruning.rewinding?.epoch == state.epoch, state.step == 0, !state.isEvaluated
    else { return }
    try save(Self.rewindingFile)
  }

  /// Before the first step after a round of pruning: gives the survivors, and the statistics, the values that were kept. Rank 0
  /// reads them.
  func rewindWeights() throws {
    guard rewindsWeights, state.epoch == 0, state.step == 0, !state.isEvaluated else { return }
    let full = Network(configuration.architecture, classes: data.classNames.count)
    let found = try communicator.collectively {
      try directory.map { try Network(path: $0.file(Self.rewindingFile), classes: data.classNames.count) }
    }
    var values = found.map { Array($0.arena[0..<full.layout.count]) } ?? []
    try communicator.broadcast(&values, root: 0)
    _ = full.arena[0..<full.layout.count].update(fromContentsOf: values)
    let kept = configuration.prunedWeights.network(of: full, keeping: place.survivors)
    let arena = network.arena[0..<network.layout.count]
    _ = arena.update(fromContentsOf: kept.arena[0..<kept.layout.count])
    place.mask.apply(to: arena)
    network.batchesTracked = Int64(try communicator.broadcast(Int(found?.batchesTracked ?? 0), root: 0))
    weightsChange()
  }
}
