import CIFAR
import Formats
import Kernels
import MPI
import NeuralNetwork
import Preflight
import Pruning
import Reporting
import Training

/// Prepares a job, runs its stages and reports them: what `run`, `train` and `prune` have in common.
struct JobRunner {
  let job: Job
  let console: Console
  let directory: RunDirectory?

  /// Opens the data, makes or loads the network, creates the run directory. Nothing is written before all of the rest is known
  /// to be in order.
  ///
  /// - Parameters:
  ///   - pruning: `nil` for dense training alone.
  ///   - model: a file to start from, in place of a new network.
  init(
    training: TrainingOptions, pruning: PruningOptions?, places: PlaceOptions, model: String? = nil,
    world: Communicator
  ) throws {
    let console = Console(world)
    let source = DataSource.resolve(option: places.data)
    let data = try world.collectively { try CIFARDataset(source) }
    var configuration = training.configuration(synthetic: data.isSynthetic)
    try world.collectively { try pruning?.apply(to: &configuration, training: training) }
    configuration.data = source.description
    configuration.model = model
    let network: Network
    if let model {
      network = try world.collectively { try Network(path: model, classes: data.classNames.count) }
      configuration.architecture = network.architecture
    } else {
      network = Network(configuration.architecture, classes: data.classNames.count)
      network.initialize(seed: configuration.seed)
    }
    let plan = try world.collectively { try Job.plan(configuration, data: data, ranks: world.size) }
    try world.collectively {
      let weights = UnsafeBufferPointer(network.arena[0..<network.layout.count])
      let mask =
        model == nil
        ? Mask(allSurviving: network.layout.count) : try Mask(survivorsOf: weights, layout: network.layout)
      let requests = try configuration.pruning.requests(layout: network.layout, seed: configuration.seed)
      // The rounds between count from what the ones before them leave.
      for request in [requests.first, requests.last] {
        try request?.check(layout: network.layout, mask: mask, graph: network.graph)
      }
    }
    let path = places.output ?? RunDirectory.defaultPath(architecture: configuration.architecture.rawValue)
    let checked = try Preflight.checkRun(
      configuration, network: network, data: data, path: path, keptCheckpoints: 3, world)
    let directory: RunDirectory? = try world.collectively {
      world.rank == 0 ? try RunDirectory(path: path, configuration: configuration) : nil
    }
    let hosts = try world.hostCount()

    console.say(data.description)
    let ranks = world.size == 1 ? "1 rank" : "\(world.size) ranks"
    console.say(
      "\(configuration.architecture.rawValue), \(network.layout.parameterCount.grouped) parameters; "
        + "\(ranks) on \(hosts == 1 ? "1 host" : "\(hosts) hosts"); "
        + "batch \(configuration.batchSize) as \(plan.microbatchesPerBatch) microbatches of \(configuration.microbatch)"
    )
    if configuration.exchange != .native, world.size & (world.size - 1) != 0 {
      console.say("note: the bits of a run are the same on 1, 2, 4, 8 … ranks; \(world.size) ranks give others")
    }
    console.say("results go to \(path)")
    console.announce(checked)
    console.watchTime(of: configuration, plan: plan, testImages: data.test.count, layout: network.layout, hosts: hosts)
    job = try Job(
      configuration, network: network, data: data, communicator: world, directory: directory, observer: console)
    self.console = console
    self.directory = directory
  }

  /// Dense training, with nothing else.
  func train() throws {
    try job.trainDense()
    console.head("Dense network")
    try console.show(try job.evaluate(), classNames: job.data.classNames)
    sayWhatItTook()
    try finish()
  }

  /// All rounds of prune and fine-tune, with a report of every stage.
  func prune() throws {
    console.head("Before pruning")
    let before = try job.evaluate()
    try console.show(before, classNames: job.data.classNames)
    try showSparsity(fromMasks: false)
    var stages = [("before pruning", before)]
    for round in 1...job.rounds {
      let name = job.rounds > 1 ? ", round \(round) of \(job.rounds)" : ""
      let (result, pruned) = try job.prune(round: round)
      console.head("After pruning\(name), before fine-tuning")
      console.say(
        "selected and broadcast in \((1e3 * result.seconds).fixed(1)) ms; all ranks agree (\(ArenaHash(result.mask)))")
      showCost(result)
      try console.show(pruned, classNames: job.data.classNames)
      try showSparsity(fromMasks: true)
      stages.append(("pruned\(name)", pruned))
      try job.finetune(round: round)
      console.head("After fine-tuning\(name)")
      let finetuned = try job.evaluate()
      try console.show(finetuned, classNames: job.data.classNames)
      try showSparsity(fromMasks: round < job.rounds)
      stages.append(("fine-tuned\(name)", finetuned))
    }
    try summarize(stages)
    try finish()
  }

  /// What gradual pruning left, and its fine-tuning.
  func finishGradual() throws {
    console.head("After gradual pruning, before fine-tuning")
    let pruned = try job.evaluate()
    try console.show(pruned, classNames: job.data.classNames)
    try showSparsity(fromMasks: true)
    try job.finetuneGradual()
    console.head("After fine-tuning")
    let finetuned = try job.evaluate()
    try console.show(finetuned, classNames: job.data.classNames)
    try showSparsity(fromMasks: false)
    try summarize([("gradually pruned", pruned), ("fine-tuned", finetuned)])
    try finish()
  }

  private func showSparsity(fromMasks: Bool) throws {
    let layout = job.network.layout
    let report =
      fromMasks
      ? try SparsityReport(layout: layout, mask: job.mask)
      : try SparsityReport(layout: layout, weights: UnsafeBufferPointer(job.network.arena[0..<layout.count]))
    console.say(report.description)
  }

  /// What is left of the dense network's work, and which layers do nothing any more.
  private func showCost(_ result: PruningResult) {
    let cost = result.cost
    console.say(
      "\(cost.multiplyAdds.abbreviated) multiply-adds an image, \(cost.multiplyAdds.percent(of: cost.denseMultiplyAdds)) of "
        + "the dense network's; predicted inference \(cost.speedup.factor) as fast")
    if !result.emptiedLayers.isEmpty {
      let layers = result.emptiedLayers.count == 1 ? "1 layer is" : "\(result.emptiedLayers.count) layers are"
      console.say("note: \(layers) empty now: \(result.emptiedLayers.joined(separator: ", "))")
    }
  }

  private func summarize(_ stages: [(name: String, evaluation: Evaluation)]) throws {
    console.head("Summary")
    console.say(job.data.description)
    for (name, evaluation) in stages {
      let accuracy = (100 * evaluation.accuracy).fixed(2)
      console.say("  \(accuracy) %  \(name) (loss \(evaluation.loss.fixed(4)))")
    }
    console.say()
    console.say(CostTable(graph: job.network.graph, layout: job.network.layout, mask: job.mask).summary)
    console.say()
    sayWhatItTook()
  }

  private func sayWhatItTook() {
    let speed = job.trainingSeconds > 0 ? Double(job.trainedImages) / job.trainingSeconds : 0
    console.say(
      "trained on \(job.trainedImages.grouped) images at \(Int(speed.rounded()).grouped) images/s; "
        + "\(Duration.seconds(job.seconds).brief) in all")
    for summary in job.exchanges where summary.bytes > 0 {
      let name =
        summary.phase == .dense
        ? "dense training" : "fine-tuning" + (job.rounds > 1 && !job.isGradual ? ", round \(summary.round)" : "")
      console.say(
        "exchange in \(name): \(summary.bytes.bytes) a step and rank in \((1e3 * summary.seconds).fixed(1)) ms, "
          + "\((100 * summary.share).fixed(1)) % of the step")
    }
    console.say("weights \(ArenaHash(job.network))")
  }

  private func finish() throws {
    try job.communicator.collectively {
      guard let directory else { return }
      try AtomicFile.write(console.report, to: directory.file("report.txt"))
    }
  }
}

extension Communicator {
  /// The number of hosts that the ranks run on. Collective.
  func hostCount() throws -> Int {
    let isFirst = try splitByNode().rank == 0
    return try allReduce(isFirst ? 1 : 0, .sum)
  }
}
