import Images
import Formats
import Kernels
import MPI
import Networks
import Pruning
import Reports
import Text
import Runs
import Training

/// Prepares a job, runs its stages and reports them: what `run`, `train` and `prune` have in common.
struct JobRunner {
  let job: Job
  let console: Console
  let directory: RunDirectory?
  /// Rank 0's.
  let reporter: RunReporter?
  private let path: String
  private let requeues: Int

  /// Opens the data, makes or loads the network, creates the run directory or goes on with the run in it. Nothing is written
  /// before all of the rest is known to be in order.
  init(
    _ request: JobRequest, reliability: ReliabilityOptions, monitoring: MonitoringOptions, world: Communicator
  ) throws {
    let console = Console(world)
    try world.collectively { if world.rank == 0 { try monitoring.check() } }
    let setup = try JobSetup.make(request, policy: reliability.policy, world: world)
    let (configuration, data) = (setup.configuration, setup.data)
    let hosts = try world.hostCount()
    let parameters = ParameterLayout(configuration.architecture.graph(classes: data.classNames.count)).parameterCount
    console.say(data.description)
    let ranks = world.size == 1 ? "1 rank" : "\(world.size) ranks"
    console.say(
      "\(configuration.architecture.rawValue), \(parameters.grouped) parameters; "
        + "\(ranks) on \(hosts == 1 ? "1 host" : "\(hosts) hosts"); "
        + "batch \(configuration.batchSize) as \(setup.plan.microbatchesPerBatch) microbatches of "
        + "\(configuration.microbatch)")
    if configuration.exchange != .native, world.size & (world.size - 1) != 0 {
      console.say("note: the bits of a run are the same on 1, 2, 4, 8 … ranks; \(world.size) ranks give others")
    }
    if let note = setup.note { console.say(note) }
    console.say("results go to \(setup.path)")
    console.announce(setup.findings)
    console.watchTime(of: setup, hosts: hosts)
    self.console = console
    directory = setup.directory
    path = setup.path
    requeues = reliability.requeue
    reporter = try RunReporter.make(setup, prometheus: monitoring.prometheus, console: console, world: world)
    job = try Job(
      configuration, policy: reliability.policy, start: setup.start, data: data, communicator: world,
      directory: setup.directory, observer: RunObserver(console: console, reporter: reporter))
    // Only now, when all is known to fit, the directory is changed.
    try world.collectively {
      guard let resumption = setup.resumption, let directory = setup.directory else { return }
      try directory.goOn(from: resumption.found)
      for note in resumption.notes { console.announce(note) }
      if let found = resumption.found { console.goOn(with: found.checkpoint) }
      reporter?.goOn(with: resumption.found?.checkpoint.record, step: job.state.stepsDone)
    }
    reporter?.update(seconds: job.seconds)
  }

  /// Does what is left of the run.
  ///
  /// - Returns: the exit status: 0, or 75 where the run is to be resumed.
  func run() throws -> Int32 {
    do {
      try job.run(perform)
      sayWhatCheckpointsTook()
      return 0
    } catch let stop as RunStopped {
      sayWhatCheckpointsTook()
      reporter?.stop(seconds: job.seconds)
      console.announce(
        "stopped \(stop.signal.map { "by \($0) " } ?? "")after step \(stop.step); go on with: dptrain resume \(path)")
      if job.communicator.rank == 0, let signal = stop.signal,
        let text = SlurmRequeue(limit: requeues).afterStop(by: signal)
      {
        console.announce(text)
      }
      return ExitStatus.resume
    } catch {
      reporter?.stop(seconds: job.seconds)
      throw error
    }
  }

  private func perform(_ stage: RunStage) throws {
    switch stage {
    case .dense: try job.trainDense()
    case .start: try reportStart()
    case .prune(let round): try prune(round)
    case .finetune(let round): if job.isGradual { try job.finetuneGradual() } else { try job.finetune(round: round) }
    case .evaluation(let round): try reportFinetuned(round)
    case .summary: try summarize()
    }
  }

  /// Whether anything follows a pruning. Where nothing does, nothing need be said twice.
  private var finetunes: Bool { job.configuration.retraining(round: 1).epochs > 0 }
  private var beforeFinetuning: String { finetunes ? ", before fine-tuning" : "" }

  /// What is there before pruning, or what gradual pruning left.
  private func reportStart() throws {
    console.head(job.isGradual ? "After gradual pruning" + beforeFinetuning : "Before pruning")
    let evaluation = try job.evaluate()
    try console.show(evaluation, classNames: job.data.classNames)
    try showSparsity(fromMasks: job.isGradual)
    note(evaluation, job.isGradual ? .gradual : .dense, job.isGradual ? "gradually pruned" : "before pruning", round: 0)
  }

  private func prune(_ round: Int) throws {
    let (result, pruned) = try job.prune(round: round)
    console.head("After pruning" + name(round) + beforeFinetuning)
    console.say(
      "selected and broadcast in \((1e3 * result.seconds).fixed(1)) ms; all ranks agree (\(ArenaHash(result.mask)))")
    showCost(result)
    try console.show(pruned, classNames: job.data.classNames)
    try showSparsity(fromMasks: true)
    note(pruned, .pruned, "pruned\(name(round))", round: round)
  }

  private func reportFinetuned(_ round: Int) throws {
    let evaluation = try job.evaluate()
    guard finetunes else {
      reporter?.note(.finetuned, "not fine-tuned\(name(round))", round: round, job: job, evaluation: evaluation)
      return
    }
    console.head("After fine-tuning\(name(round))")
    try console.show(evaluation, classNames: job.data.classNames)
    try showSparsity(fromMasks: round < job.rounds)
    note(evaluation, .finetuned, "fine-tuned\(name(round))", round: round)
  }

  /// Keeps how the network does at the end of a stage.
  private func note(_ evaluation: Evaluation, _ kind: Stage.Kind, _ name: String, round: Int) {
    job.note(evaluation, as: name)
    reporter?.note(kind, name, round: round, job: job, evaluation: evaluation)
  }

  private func name(_ round: Int) -> String {
    job.rounds > 1 && !job.isGradual ? ", round \(round) of \(job.rounds)" : ""
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

  private func summarize() throws {
    if job.configuration.kind == .train {
      console.head("Dense network")
      let evaluation = try job.evaluate()
      try console.show(evaluation, classNames: job.data.classNames)
      reporter?.note(.dense, "trained", round: 0, job: job, evaluation: evaluation)
    } else {
      console.head("Summary")
      console.say(job.data.description)
      for result in job.state.results {
        let accuracy = (100 * result.accuracy).fixed(2)
        console.say("  \(accuracy) %  \(result.name) (loss \(result.loss.fixed(4)))")
      }
      console.say()
      console.say(CostTable(graph: job.network.graph, layout: job.network.layout, mask: job.mask).summary)
      console.say()
    }
    sayWhatItTook()
    try job.communicator.collectively {
      guard let directory else { return }
      try reporter?.finish(job)
      try AtomicFile.write(console.report, to: directory.file("report.txt"))
    }
  }

  private func sayWhatCheckpointsTook() {
    let cost = job.checkpointCost
    guard cost.count > 0 else { return }
    let (held, written) = (1e3 * cost.secondsHeld / Double(cost.count), 1e3 * cost.secondsWriting / Double(cost.count))
    console.announce(
      "\(cost.count == 1 ? "1 checkpoint" : "\(cost.count) checkpoints"): each held the run up for \(held.fixed(1)) ms and "
        + "was written beside it in \(written.fixed(1)) ms")
  }

  private func sayWhatItTook() {
    let state = job.state
    let speed = state.trainingSeconds > 0 ? Double(state.trainedImages) / state.trainingSeconds : 0
    let training = "trained on \(state.trainedImages.grouped) images at \(Int(speed.rounded()).grouped) images/s; "
    console.say((state.trainedImages > 0 ? training : "") + "\(Duration.seconds(job.seconds).brief) in all")
    if job.state.skippedSteps > 0 {
      console.say("\(job.state.skippedSteps.grouped) steps were left out: their loss or gradient was not finite")
    }
    for summary in job.state.exchanges where summary.bytes > 0 {
      let name =
        summary.phase == .dense
        ? "dense training" : "fine-tuning" + (job.rounds > 1 && !job.isGradual ? ", round \(summary.round)" : "")
      console.say(
        "exchange in \(name): \(summary.bytes.bytes) a step and rank in \((1e3 * summary.seconds).fixed(1)) ms, "
          + "\((100 * summary.share).fixed(1)) % of the step")
    }
    console.say("weights \(ArenaHash(job.network))")
  }
}

extension Communicator {
  /// The number of hosts that the ranks run on. Collective.
  func hostCount() throws -> Int {
    let isFirst = try splitByNode().rank == 0
    return try allReduce(isFirst ? 1 : 0, .sum)
  }
}
