import Networks
import Pruning
import Runs
import Training

/// What a whole run takes on a cluster.
public struct RunPlan: Sendable, Equatable {
  public let dense: StepPrediction
  /// After the last pruning; nil where nothing is pruned.
  public let sparse: StepPrediction?
  /// Dense training with its evaluations, in seconds; 0 where the run begins with a model.
  public let denseSeconds: Double
  /// Pruning and fine-tuning with its evaluations.
  public let sparseSeconds: Double

  public var seconds: Double { denseSeconds + sparseSeconds }

  /// - Parameters:
  ///   - batchSize: over all ranks; of whole microbatches for each.
  ///   - trainingImages: of an epoch.
  ///   - testImages: evaluated after each epoch, on all ranks together.
  ///   - optimizerSlices: the floats that the optimizer keeps for each parameter.
  ///   - densities: the share of the dense network's weights that each epoch of dense training and of fine-tuning works with.
  public init(
    _ cluster: Cluster, batchSize: Int, method: ExchangeMethod, calibration: Calibration, trainingImages: Int,
    testImages: Int, densities: EpochDensities, optimizerSlices: Int = 1
  ) {
    func step(_ phase: Calibration.Phase) -> StepPrediction {
      StepPrediction(
        cluster, batchSize: batchSize, method: method, phase: phase, calibration: calibration,
        optimizerSlices: optimizerSlices)
    }
    let whole = step(calibration.dense)
    dense = whole
    sparse = calibration.sparse.map(step)
    func epoch(_ prediction: StepPrediction, _ phase: Calibration.Phase) -> Double {
      let microbatches = (testImages + calibration.microbatch - 1) / calibration.microbatch
      let evaluation = Double((microbatches + cluster.ranks - 1) / cluster.ranks) * phase.forward
      return Double(trainingImages / batchSize) * prediction.seconds + evaluation
    }
    let denseEpoch = epoch(whole, calibration.dense)
    let sparseEpoch = sparse.flatMap { prediction in calibration.sparse.map { epoch(prediction, $0) } } ?? denseEpoch
    // Between dense and pruned, an epoch takes in proportion: each layer runs the faster of two kernels, so it takes no more.
    let last = 1 - calibration.sparsity
    func seconds(_ density: Double) -> Double {
      guard last < 1 else { return denseEpoch }
      let share = min(1, max(0, (density - last) / (1 - last)))
      return sparseEpoch + share * (denseEpoch - sparseEpoch)
    }
    denseSeconds = densities.dense.reduce(0) { $0 + seconds($1) }
    sparseSeconds =
      densities.finetune.reduce(0) { $0 + seconds($1) } + Double(densities.prunings) * calibration.selection
  }
}

/// With which share of the convolution weights each epoch of a run works.
public struct EpochDensities: Sendable, Equatable {
  public var dense: [Double]
  public var finetune: [Double]
  public var prunings: Int

  public init(dense: [Double], finetune: [Double], prunings: Int) {
    self.dense = dense
    self.finetune = finetune
    self.prunings = prunings
  }

  /// - Parameter sparsity: what the last pruning leaves, measured.
  /// - Throws: `PruningError` where the configuration does not fit the network.
  public init(_ configuration: RunConfiguration, layout: ParameterLayout, sparsity: Double) throws(PruningError) {
    let epochs = configuration.kind == .prune ? 0 : configuration.dense.epochs
    self.init(dense: [Double](repeating: 1, count: epochs), finetune: [], prunings: 0)
    guard configuration.kind != .train, configuration.pruning.prunes else { return }
    let requests = try configuration.pruning.requests(layout: layout, seed: configuration.seed)
    let size = layout.convolutionWeights.reduce(0) { $0 + $1.count }
    var pruned = 0
    // With a target the weights that go in each round are not known before; they are taken to go evenly.
    let densities = try requests.enumerated().map { (round, request) throws(PruningError) in
      guard request.target == nil else { return 1 - sparsity * Double(round + 1) / Double(requests.count) }
      pruned += try request.convolutionAmount.count(pool: "the convolutions", size: size, remaining: size - pruned)
      return 1 - Double(pruned) / Double(size)
    }
    prunings = requests.count
    let finetuneEpochs = configuration.retraining(round: 1).epochs
    if let gradual = configuration.pruning.gradual {
      for (round, epoch) in gradual.epochs.enumerated() {
        for later in min(epoch, epochs)..<epochs { dense[later] = densities[round] }
      }
      finetune = [Double](repeating: densities.last ?? 1, count: finetuneEpochs)
    } else {
      finetune = densities.flatMap { [Double](repeating: $0, count: finetuneEpochs) }
    }
  }
}
