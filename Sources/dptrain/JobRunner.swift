import MPI
import Networks
import Reports
import Runs
import Text
import Training

/// Prepares a job and reports it: what `run`, `train` and `prune` have in common.
struct JobRunner {
  private let job: Job
  private let console: Console
  /// Rank 0's.
  private let reporter: RunReporter?
  private let path: String
  private let requeues: Int

  /// Opens the data, makes or loads the network, creates the run directory or goes on with the run in it. Nothing is written
  /// before all of the rest is known to be in order.
  init(
    _ request: JobRequest, reliability: ReliabilityOptions, monitoring: MonitoringOptions, world: Communicator
  ) throws {
    let journal = RunJournal()
    let console = Console(world, journal: journal)
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
        + "batch \(configuration.batchSize) as \(setup.outline.plan.microbatchesPerBatch) microbatches of "
        + "\(configuration.microbatch)")
    let microbatches = setup.outline.plan.microbatchesPerBatch
    if configuration.exchange != .native,
      !configuration.exchange.givesBitsOfOneRank(ranks: world.size, microbatches: microbatches)
    {
      console.say("note: the bits of a run are the same on 1, 2, 4, 8 … ranks; \(world.size) ranks give others")
    }
    if let note = setup.note { console.say(note) }
    console.say("results go to \(setup.path)")
    console.announce(setup.findings)
    console.watchTime(of: setup, hosts: hosts)
    self.console = console
    path = setup.path
    requeues = reliability.requeue
    reporter = try RunReporter.make(
      setup, journal: journal, prometheus: monitoring.prometheus, console: console, world: world)
    job = try Job(
      configuration, policy: reliability.policy, outline: setup.outline, start: setup.start, data: data,
      communicator: world, directory: setup.directory, journal: journal, measures: true,
      observer: RunObserver(console: console, reporter: reporter, configuration: configuration, data: data))
    // Only now, when all is known to fit, the directory is changed.
    try world.collectively {
      guard let resumption = setup.resumption, let directory = setup.directory else { return }
      try directory.goOn(from: resumption.found)
      for note in resumption.notes { console.announce(note) }
      reporter?.goOn(with: resumption.found?.checkpoint.record, step: job.state.stepsDone)
    }
    reporter?.update(seconds: job.seconds)
  }

  /// Does what is left of the run.
  ///
  /// - Returns: the exit status: 0, or 75 where the run is to be resumed.
  func run() throws -> Int32 {
    do {
      try job.run()
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

  private func sayWhatCheckpointsTook() {
    let cost = job.checkpointCost
    guard cost.count > 0 else { return }
    let (held, written) = (1e3 * cost.secondsHeld / Double(cost.count), 1e3 * cost.secondsWriting / Double(cost.count))
    console.announce(
      "\(cost.count == 1 ? "1 checkpoint" : "\(cost.count) checkpoints"): each held the run up for \(held.fixed(1)) ms and "
        + "was written beside it in \(written.fixed(1)) ms")
  }
}

extension Communicator {
  /// The number of hosts that the ranks run on. Collective.
  func hostCount() throws -> Int {
    let isFirst = try splitByNode().rank == 0
    return try allReduce(isFirst ? 1 : 0, .sum)
  }
}
