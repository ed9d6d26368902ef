import Networks

/// Which weights of a pool go first: those of least score, among equals the first in torchvision's order (parameters as in
/// the `state_dict`, then `[O][I][kh][kw]`).
///
/// All but `l1` and `random` spread the cost: they ask what a weight does, not only how large it is. A weight of a dead tap
/// never meets a pixel. Its score is 0 under each of them, so dead taps go before everything that computes something (under
/// `erk` and `uniform`, within their layer).
///
/// A score is a value that a file of its own declares, with what it computes; ``allCases`` is the table that commands, their help
/// and reports read.
public struct PruneScore: RawRepresentable, CaseIterable, Hashable, Sendable {
  public static let allCases: [PruneScore] = [.l1, .l1PerCost, .lamp, .erk, .uniform, .random]

  /// What all of them take first, in a sentence.
  public static let help = "What goes first: \(allCases.map(\.help).joined())."

  /// The power of the cost where none is given.
  public static let defaultCostPower = 0.5
  /// The powers that `l1PerCost` takes. Beyond them scores of small weights would vanish in single precision.
  public static let costPowers = 0.0...4.0

  /// What ranks the weights of a pool.
  enum Order: Sendable {
    case magnitudes
    /// Numbers that a function gives a parameter's elements in an array of the arena's length, 0 before; to dead taps it gives none.
    case numbers(@Sendable (Parameter, ScoredWeights, inout [Float]) throws(PruningError) -> Void)
    case draw
  }

  /// The name on the command line and in `config.json`.
  public let rawValue: String
  /// What it takes first: how the sentence of ``help`` goes on.
  private let help: String
  /// Whether the score compares layers or sets their amounts, so that ranking each layer by itself contradicts it.
  public let isGlobal: Bool
  /// The powers of the cost at which a comparison of all scores has it; none for what ranks nothing.
  public let comparedPowers: [Double]
  let order: Order
  /// What each layer keeps is in proportion to it, where the score sets that; nil where layers compete.
  let share: (@Sendable (Parameter) -> Int)?

  init(
    _ name: String, help: String, isGlobal: Bool = false, comparedPowers: [Double] = [0], order: Order,
    share: (@Sendable (Parameter) -> Int)? = nil
  ) {
    rawValue = name
    self.help = help
    self.isGlobal = isGlobal
    self.comparedPowers = comparedPowers
    self.order = order
    self.share = share
  }

  public init?(rawValue: String) {
    guard let score = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = score
  }
}

/// What a score is computed from.
struct ScoredWeights {
  /// The arena; its survivors are finite.
  let weights: UnsafeBufferPointer<Float>
  let mask: Mask
  /// The power of the cost that is asked for.
  let costPower: Double
  /// What one element of each block of a weight costs, by the weight's name, where the network's operations are known.
  let costs: [String: [Int]]
}

extension Parameter {
  /// The blocks that meet pixels.
  var liveBlocks: [Range<Int>] { zip(blocks, isLive).compactMap { $1 ? $0 : nil } }
}
