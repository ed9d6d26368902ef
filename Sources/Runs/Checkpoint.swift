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

  /// Whether another checkpoint holds the same weights, statistics, momentum and mask, bit by bit.
  package func hasSameTensors(as other: Checkpoint) -> Bool {
    survivors == other.survivors && arena.map(\.bitPattern) == other.arena.map(\.bitPattern)
      && optimizer?.momentum.map(\.bitPattern) == other.optimizer?.momentum.map(\.bitPattern)
      && optimizer?.dead == other.optimizer?.dead && optimizer?.deadMomentum == other.optimizer?.deadMomentum
      && optimizer?.average?.map(\.bitPattern) == other.optimizer?.average?.map(\.bitPattern)
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
    var arena = checkpoint?.arena ?? []
    var momentum = checkpoint?.optimizer?.momentum ?? []
    var dead = checkpoint?.optimizer?.deadMomentum ?? []
    var average = checkpoint?.optimizer?.average ?? []
    var words = checkpoint?.survivors?.words ?? []
    try communicator.broadcast(&arena, root: 0)
    try communicator.broadcast(&momentum, root: 0)
    try communicator.broadcast(&dead, root: 0)
    try communicator.broadcast(&average, root: 0)
    try communicator.broadcast(&words, root: 0)
    let elements = try communicator.broadcast(checkpoint?.survivors?.count ?? -1, root: 0)
    if let checkpoint { return checkpoint }
    return try Checkpoint(
      configuration: texts[0], state: texts[1], survivors: Mask(count: elements, words: words), arena: arena,
      momentum: momentum, deadMomentum: dead.isEmpty ? nil : dead, average: average.isEmpty ? nil : average,
      metrics: [], report: [])
  }

  /// The network of the checkpoint.
  ///
  /// - Throws: `CheckpointError.Problem.fit` where the parts do not make one.
  package func network(classes: Int) throws(CheckpointError.Problem) -> Network {
    let full = Network(configuration.architecture, classes: classes)
    if let survivors, survivors.count != full.layout.count {
      throw .fit("a mask of \(survivors.count) elements for an arena of \(full.layout.count)")
    }
    var network = full
    if let survivors, !configuration.isMasked { network = full.compacted(keeping: survivors) }
    let layout = network.layout
    guard arena.count == layout.count else {
      throw .fit("an arena of \(arena.count) elements, expected \(layout.count)")
    }
    for (place, value) in arena.enumerated() { network.arena.pointer[place] = value }
    network.batchesTracked = state.batchesTracked
    if let optimizer {
      guard optimizer.momentum.count == layout.liveCount else {
        throw .fit("the momentum of \(optimizer.momentum.count) elements, expected \(layout.liveCount)")
      }
      if let dead = optimizer.deadMomentum, dead.count != layout.dead.count {
        throw .fit("the momentum of \(dead.count) dead taps, expected \(layout.dead.count)")
      }
      let averaged = configuration.averaging > 0 ? layout.averagedCount : 0
      guard (optimizer.average?.count ?? 0) == averaged else {
        throw .fit("an average of \(optimizer.average?.count ?? 0) elements, expected \(averaged)")
      }
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
