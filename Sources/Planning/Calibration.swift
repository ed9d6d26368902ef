import Foundation

/// What a few steps on one host took: everything that a plan knows of the speed of machines.
///
/// The ranks of the calibration all work at once, so that what they take from each other (memory bandwidth, caches, the
/// clock) is in the figures.
public struct Calibration: Sendable, Equatable, Codable {
  /// A network, dense or with the survivors only.
  public struct Phase: Sendable, Equatable, Codable {
    /// To load one microbatch and to compute its gradient, on the slowest rank, in seconds.
    public var gradient: Double
    /// Of ``gradient``, what evaluation takes too: loading and the forward pass.
    public var forward: Double
    /// To check and apply one element of the gradient, in seconds.
    public var update: Double
    /// To bring one byte to another rank on the same host, while all ranks do, in seconds.
    public var localByte: Double
    /// The floats that ranks exchange, of which the last few are never rounded.
    public var exchanged: Int
    public var exact: Int
    /// What of them is updated.
    public var live: Int
    /// The resident memory of a rank, in bytes.
    public var resident: Int

    public init(
      gradient: Double, forward: Double, update: Double, localByte: Double, exchanged: Int, exact: Int, live: Int,
      resident: Int
    ) {
      self.gradient = gradient
      self.forward = forward
      self.update = update
      self.localByte = localByte
      self.exchanged = exchanged
      self.exact = exact
      self.live = live
      self.resident = resident
    }
  }

  /// What the CPU calls itself.
  public var processor: String
  /// The ranks that measured at once.
  public var ranks: Int
  public var architecture: String
  public var microbatch: Int
  public var dense: Phase
  /// After pruning; nil where nothing is pruned.
  public var sparse: Phase?
  /// The share of the convolution weights that pruning takes.
  public var sparsity: Double
  /// To add one float to another in memory, in seconds.
  public var addition: Double
  /// From a rank to another on the same host, for an empty message, in seconds.
  public var localMessage: Double
  /// To select what is pruned, and to tell all ranks, in seconds.
  public var selection: Double

  public init(
    processor: String, ranks: Int, architecture: String, microbatch: Int, dense: Phase, sparse: Phase?,
    sparsity: Double, addition: Double, localMessage: Double, selection: Double
  ) {
    self.processor = processor
    self.ranks = ranks
    self.architecture = architecture
    self.microbatch = microbatch
    self.dense = dense
    self.sparse = sparse
    self.sparsity = sparsity
    self.addition = addition
    self.localMessage = localMessage
    self.selection = selection
  }
}

extension Calibration {
  /// A calibration that was kept.
  ///
  /// - Throws: `PlanError.calibration` where the file does not hold one.
  public init(path: String) throws(PlanError) {
    do {
      self = try JSONDecoder().decode(Calibration.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .calibration(path: path, reason: "\(error)")
    }
    let phases = [dense] + (sparse.map { [$0] } ?? [])
    let times =
      phases.flatMap { [$0.gradient, $0.forward, $0.update, $0.localByte] } + [addition, localMessage, selection]
    guard times.allSatisfy({ $0 >= 0 && $0.isFinite }), phases.allSatisfy({ $0.gradient > 0 }) else {
      throw .calibration(path: path, reason: "times must not be negative, and gradients take some")
    }
    guard ranks >= 1, microbatch >= 1, (0...1).contains(sparsity),
      phases.allSatisfy({ $0.exchanged >= $0.live && $0.live >= 0 && 0...$0.exchanged ~= $0.exact && $0.resident >= 0 })
    else { throw .calibration(path: path, reason: "its counts fit no network") }
  }

  /// The file's contents.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}
