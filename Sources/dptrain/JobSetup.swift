import Images
import Formats
import Kernels
import MPI
import Networks
import Runs
import Pruning
import Reports
import Text
import Training

/// What a command asks for.
struct JobRequest {
  /// nil where the run's own settings count.
  var settings: Settings?
  /// The run directory; nil for one of the program's choice.
  var output: String?
  /// Whether to go on with the run in the directory.
  var resumes = false

  struct Settings {
    let kind: RunKind
    let given: SettingValues
    let data: String?
    let model: String?

    /// Resolves the settings against the data.
    func configuration(_ source: DataSource, _ data: CIFARDataset) throws -> RunConfiguration {
      var result = try RunConfiguration(kind, given, synthetic: data.isSynthetic)
      do { try result.check() } catch { throw UsageError(description: "\(error)") }
      result.data = source.description
      result.dataHash = data.sampleHash
      result.model = model
      return result
    }
  }
}

/// Data, settings, directory and start of a run: all that must be in order before anything is written.
struct JobSetup {
  let configuration: RunConfiguration
  let data: CIFARDataset
  let outline: RunOutline
  let path: String
  /// Rank 0's.
  let directory: RunDirectory?
  let start: JobStart
  /// What the preflight found, in words.
  let findings: String
  /// What to say of the weights that a new run begins with; nil for nothing.
  var note: String?
  /// What is left to do in a directory that holds a run; nil for a new run.
  var resumption: Resumption?

  /// Sets up what a command asks for. Collective.
  ///
  /// - Parameter policy: of which all ranks must have the same too.
  /// - Throws: `RunFinished` on all ranks where there is nothing left to do.
  static func make(_ request: JobRequest, policy: RunPolicy, world: Communicator) throws -> JobSetup {
    let goesOn = request.resumes && world.rank == 0 && request.output.map(RunDirectory.holdsRun) ?? false
    let all = try world.broadcast(goesOn ? 1 : 0, root: 0) == 1
    guard all, let path = request.output else { return try new(request, policy, world) }
    return try goingOn(path, request, policy, world)
  }

  private static func new(_ request: JobRequest, _ policy: RunPolicy, _ world: Communicator) throws -> JobSetup {
    let settings = try world.collectively {
      guard let settings = request.settings else {
        throw UsageError(description: "\(request.output ?? "") holds no run to resume: it has no config.json")
      }
      return settings
    }
    let source = DataSource.resolve(option: settings.data)
    let data = try world.collectively { try CIFARDataset(source, holdingOut: settings.given["holdout"]) }
    var configuration = try world.collectively { try settings.configuration(source, data) }
    let (network, note) = try world.collectively { try Self.network(configuration, data) }
    configuration.architecture = network.architecture
    let outline = try world.collectively { try RunOutline(configuration, data: data, ranks: world.size) }
    try world.collectively {
      let weights = UnsafeBufferPointer(network.arena[0..<network.layout.count])
      let mask =
        settings.kind != .prune
        ? Mask(allSurviving: network.layout.count) : try Mask(survivorsOf: weights, layout: network.layout)
      // The rounds between count from what the ones before them leave.
      for request in [outline.requests.first, outline.requests.last] {
        try request?.check(layout: network.layout, mask: mask, graph: network.graph)
      }
    }
    let path = request.output ?? RunDirectory.defaultPath(architecture: configuration.architecture.rawValue)
    let findings = try Preflight.checkRun(
      configuration, policy: policy, rounds: outline.requests.count, network: network, data: data, path: path, world)
    let otherNormalization = try world.collectively { try normalizationNote(settings.model, network, data) }
    let directory: RunDirectory? = try world.collectively {
      world.rank == 0 ? try RunDirectory(path: path, configuration: configuration) : nil
    }
    return JobSetup(
      configuration: configuration, data: data, outline: outline, path: path, directory: directory,
      start: .network(network), findings: findings + otherNormalization, note: note)
  }

  /// What to say of a model that was trained on images normalised by other numbers than the data's.
  private static func normalizationNote(_ model: String?, _ network: Network, _ data: CIFARDataset) throws -> String {
    guard let model else { return "" }
    // Its classes may be others, where training only begins with its weights.
    let metadata = try SafetensorsFile(path: model).metadata.filter { $0.key != "classes" }
    guard let own = try ModelMetadata(metadata, path: model, classes: network.classes).normalization,
      own != data.normalization
    else { return "" }
    return "\nnote: \(model) was trained on images normalised by \(own); the data set's \(data.normalization) are used"
  }

  /// What a run begins with: the model from a file, or a new network, and what to say of it.
  private static func network(
    _ configuration: RunConfiguration, _ data: CIFARDataset
  ) throws -> (network: Network, note: String?) {
    let classes = data.classNames.count
    guard let model = configuration.model else {
      let network = Network(configuration.architecture, classes: classes)
      network.initialize(seed: configuration.seed)
      return (network, nil)
    }
    guard configuration.kind != .prune else { return (try Network(path: model, classes: classes), nil) }
    let (network, others) = try Network.starting(from: model, classes: classes, seed: configuration.seed)
    let classifier =
      others.map { "; its classifier of \($0.grouped) classes is replaced by a new one of \(classes.grouped)" } ?? ""
    return (network, "training begins with the weights of \(model)\(classifier)")
  }

  /// The run that a directory holds. Rank 0 alone reads there.
  private static func goingOn(
    _ path: String, _ request: JobRequest, _ policy: RunPolicy, _ world: Communicator
  ) throws -> JobSetup {
    let directory = try world.collectively { world.rank == 0 ? try RunDirectory(resuming: path) : nil }
    let own = try world.collectively { try directory?.configurationText() ?? "" }
    let text = try world.broadcast(own, root: 0)
    let configuration = try world.collectively { try RunConfiguration(json: text, of: path) }
    let source = DataSource.resolve(option: request.settings == nil ? configuration.data : request.settings?.data)
    let data = try world.collectively { try CIFARDataset(source, holdingOut: configuration.holdout) }
    try world.collectively {
      var asked = configuration
      if let settings = request.settings { asked = try settings.configuration(source, data) }
      // A model's architecture is not the command's to say.
      if configuration.model != nil { asked.architecture = configuration.architecture }
      asked.dataHash = data.sampleHash
      try configuration.requireSame(asked, path: path)
    }
    let finished = try world.collectively { directory?.isFinished == true ? try directory?.report() ?? "" : "" }
    let report = try world.broadcast(finished, root: 0)
    guard report.isEmpty else {
      directory?.removeUnfinishedFiles()
      throw RunFinished(path: path, report: report)
    }
    let outline = try world.collectively { try RunOutline(configuration, data: data, ranks: world.size) }
    let findings = try Preflight.checkRun(
      configuration, policy: policy, rounds: outline.requests.count, data: data, path: path, world)

    let found = try world.collectively { try directory?.newestCheckpoint(of: configuration) }
    let start: JobStart
    if try world.broadcast(found == nil ? 0 : 1, root: 0) == 1 {
      start = .checkpoint(try Checkpoint.broadcast(found?.checkpoint, world))
    } else {
      start = .network(try world.collectively { try network(configuration, data).network })
    }
    return JobSetup(
      configuration: configuration, data: data, outline: outline, path: path, directory: directory, start: start,
      findings: findings, resumption: world.rank == 0 ? Resumption(found: found) : nil)
  }
}

/// How a run goes on in its directory.
struct Resumption {
  /// nil where there is no checkpoint yet.
  let found: FoundCheckpoint?

  /// What to say of it.
  var notes: [String] {
    guard let found else { return ["there is no checkpoint yet: the run begins afresh"] }
    return found.skipped.map { "warning: skipped a damaged checkpoint: \($0)" }
      + ["going on from \(found.path): \(found.checkpoint.state)"]
  }
}

/// A run that is to be resumed is at its end already.
struct RunFinished: Error {
  let path: String
  let report: String
}
