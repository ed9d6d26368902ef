import Training
import MPI
import Networks
import Pruning

/// Everything that decides the rest of a run, and everything the run has said so far.
///
/// Images are ordered and augmented by (seed, epoch, image), schedules follow from the step: where the run stands is all that
/// there is to know about them.
public struct Checkpoint: Sendable, Equatable {
  /// The run's settings.
  public let configuration: RunConfiguration
  public var state: RunState
  /// Which elements of the architecture's full arena survive; nil where nothing has been pruned.
  package var survivors: Mask?
  /// The network's arena: of survivors only where the layout is compact.
  package var arena: [Float]
  /// nil outside of training.
  package var optimizer: OptimizerState?
  /// The contents of `metrics.jsonl`.
  public package(set) var metrics: [UInt8]
  /// The report so far.
  package var report: [UInt8]

  /// What `report.json` held so far; empty where nothing keeps one.
  public package(set) var record: [UInt8]

  /// The report so far, as text.
  public var reportText: String { String(decoding: report, as: UTF8.self) }

  /// All that is floats, by the names of the file's tensors.
  var floats: [(name: String, values: [Float])] {
    var all = [(name: "arena", values: arena)]
    guard let optimizer else { return all }
    all += optimizer.slices.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    all += optimizer.dead.sorted { $0.key < $1.key }.map { ("dead_\($0.key)", $0.value) }
    if let average = optimizer.average { all.append(("average", average)) }
    return all
  }

  /// Whether another checkpoint holds the same weights, statistics, optimizer's slices and mask, bit by bit.
  package func hasSameTensors(as other: Checkpoint) -> Bool {
    survivors == other.survivors && optimizer?.scalars == other.optimizer?.scalars
      && floats.map(\.name) == other.floats.map(\.name)
      && zip(floats, other.floats).allSatisfy { $0.values.map(\.bitPattern) == $1.values.map(\.bitPattern) }
  }

  package init(
    configuration: RunConfiguration, state: RunState, survivors: Mask?, arena: [Float], optimizer: OptimizerState?,
    metrics: [UInt8], report: [UInt8], record: [UInt8] = []
  ) {
    self.configuration = configuration
    self.state = state
    self.survivors = survivors
    self.arena = arena
    self.optimizer = optimizer
    self.metrics = metrics
    self.report = report
    self.record = record
  }

  /// Rank 0's checkpoint, on every rank. Collective.
  ///
  /// - Parameter checkpoint: rank 0's; the others' is not looked at.
  public static func broadcast(_ checkpoint: Checkpoint?, _ communicator: Communicator) throws -> Checkpoint {
    guard communicator.size > 1 else {
      guard let checkpoint else { preconditionFailure("rank 0 has the checkpoint") }
      return checkpoint
    }
    var texts = try checkpoint.map { try $0.texts() }.map { [$0.configuration, $0.state] } ?? ["", ""]
    for index in texts.indices { texts[index] = try communicator.broadcast(texts[index], root: 0) }
    let own = checkpoint?.floats ?? []
    let names = try communicator.broadcast(own.map(\.name).joined(separator: " "), root: 0).split(separator: " ")
    var floats: [String: [Float]] = [:]
    for (index, name) in names.enumerated() {
      var values = own.isEmpty ? [] : own[index].values
      try communicator.broadcast(&values, root: 0)
      floats[String(name)] = values
    }
    var words = checkpoint?.survivors?.words ?? []
    try communicator.broadcast(&words, root: 0)
    let elements = try communicator.broadcast(checkpoint?.survivors?.count ?? -1, root: 0)
    if let checkpoint { return checkpoint }
    return try Checkpoint(
      configuration: texts[0], state: texts[1], survivors: Mask(count: elements, words: words), metrics: [], report: [],
      floats: { floats[$0] })
  }

  /// The network of the checkpoint.
  ///
  /// - Throws: `CheckpointError.Problem.fit` where the parts do not make one.
  package func network(classes: Int) throws(CheckpointError.Problem) -> Network {
    let full = Network(configuration.architecture, classes: classes)
    if let survivors, survivors.count != full.layout.count {
      throw .fit("a mask of \(survivors.count) elements for an arena of \(full.layout.count)")
    }
    let network = configuration.prunedWeights.network(of: full, keeping: survivors)
    let layout = network.layout
    func require(_ what: String, _ found: Int, _ expected: Int) throws(CheckpointError.Problem) {
      guard found == expected else { throw .fit("\(what) of \(found) elements, expected \(expected)") }
    }
    try require("an arena", arena.count, layout.count)
    _ = network.arena.elements.update(fromContentsOf: arena)
    network.batchesTracked = state.batchesTracked
    if let optimizer {
      for name in configuration.method.optimizer.slices {
        try require("the \(name)", optimizer.slices[name]?.count ?? 0, layout.liveCount)
        if !optimizer.dead.isEmpty {
          try require("the \(name) of dead taps", optimizer.dead[name]?.count ?? 0, layout.dead.count)
        }
      }
      try require("an average", optimizer.average?.count ?? 0, configuration.averaging > 0 ? layout.averagedCount : 0)
    }
    return network
  }
}

/// Why a file cannot be used as a checkpoint.
public struct CheckpointError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Error, Sendable, Equatable {
    /// It cannot be read, is truncated, or is no safetensors file.
    case file(String)
    /// It is a safetensors file, but no checkpoint of this version.
    case format(found: String?)
    /// Bytes of a tensor or text are not those that were written.
    case checksum(of: String, found: String, expected: String?)
    /// A text or tensor cannot be understood.
    case contents(String)
    /// Its parts do not make a network.
    case fit(String)
    /// It belongs to a run with other settings.
    case otherRun
  }

  public let path: String
  public let problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .file(let message): message.contains(path) ? message : "\(path): \(message)"
    case .format(let found):
      "\(path): no checkpoint of this version of dptrain: its format is \(found ?? "not given"), expected "
        + Checkpoint.format
    case .checksum(let part, let found, let expected):
      "\(path): \(part) is not what was written: its checksum is \(found), expected \(expected ?? "one, but none is given")"
    case .contents(let message), .fit(let message): "\(path): \(message)"
    case .otherRun: "\(path): it belongs to a run with other settings than config.json"
    }
  }
}
