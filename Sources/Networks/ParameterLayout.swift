/// One learned tensor of a network and its place in the arena.
public struct Parameter: Sendable, Equatable {
  public enum Role: Sendable, Equatable {
    /// `[O, I, kh, kw]` in torchvision's order; in the arena one `[O][I]` block a tap.
    case convolutionWeight
    /// `[classes, features]`, the same in both.
    case linearWeight
    case linearBias
    /// Batch normalization's `weight` (γ).
    case normalizationScale
    /// Batch normalization's `bias` (β).
    case normalizationShift

    /// Whether it is the weight of a product: what pruning and regularization act on.
    public var isWeight: Bool { self == .convolutionWeight || self == .linearWeight }
  }

  /// torchvision's name, such as `layer1.0.conv1.weight`.
  public let name: String
  /// torchvision's shape, such as `[64, 64, 3, 3]`.
  public let shape: [Int]
  public let role: Role
  /// Where its blocks lie in the arena: for a convolution one a tap (row by row of the kernel), each `[O][I]`; otherwise one.
  public let blocks: [Range<Int>]
  /// In a compact layout: for each block, in ascending order, the places of the elements that it holds among all that it
  /// would hold, such as `o · I + i`. The others are zero and have no place in the arena. `nil` where nothing is left out.
  public let kept: [[Int32]]?
  /// For each block, whether its gradient can be non-zero at the network's input size. A block that is not live only ever
  /// meets padding (a *dead tap*).
  public let isLive: [Bool]

  /// The number of its elements, pruned ones and dead taps included.
  public var count: Int { shape.reduce(1, *) }

  /// The number of its elements that have a place in the arena.
  public var keptCount: Int { blocks.reduce(0) { $0 + $1.count } }

  /// The number of its elements in dead taps, pruned ones included.
  public var deadCount: Int { count / max(1, blocks.count) * isLive.count { !$0 } }

  public init(
    name: String, shape: [Int], role: Role, blocks: [Range<Int>], isLive: [Bool], kept: [[Int32]]? = nil
  ) {
    self.name = name
    self.shape = shape
    self.role = role
    self.blocks = blocks
    self.isLive = isLive
    self.kept = kept
  }
}

/// The running statistics of one batch normalization and their place in the arena.
public struct RunningStatistics: Sendable, Equatable {
  /// torchvision's name of the layer, such as `layer1.0.bn1`.
  public let name: String
  /// `running_mean`, one a channel.
  public let mean: Range<Int>
  /// `running_var`, one a channel.
  public let variance: Range<Int>

  public init(name: String, mean: Range<Int>, variance: Range<Int>) {
    self.name = name
    self.mean = mean
    self.variance = variance
  }
}

/// Where everything that a network learns lies in its arena.
///
/// In this order: live convolution blocks and the linear weight (`0..<weightCount`, what weight norms regularize); biases and
/// normalization parameters (to `liveCount`); running statistics; two sums a training step reports; dead taps. The
/// gradient has the same layout, with the batch's statistics in the place of the running ones, so that one exchange of
/// `0..<exchangedCount` carries all that ranks must agree on.
///
/// A *compact* layout is the same with the survivors of pruning only (``Parameter/kept``).
public struct ParameterLayout: Sendable, Equatable {
  /// In the order of torchvision's `state_dict`.
  public let parameters: [Parameter]
  /// In the order of torchvision's `state_dict`.
  public let statistics: [RunningStatistics]
  /// `arena[0..<weightCount]` holds the live weights of convolutions and the linear layer.
  public let weightCount: Int
  /// `arena[0..<liveCount]` holds every live block; only this range has gradients.
  public let liveCount: Int
  /// The sums of one step, over its microbatches: mean loss, then share of right predictions.
  public let metrics: Range<Int>
  /// `arena[0..<exchangedCount]`: live blocks, statistics and metrics.
  public let exchangedCount: Int
  /// The length of the arena.
  public let count: Int

  public init(
    parameters: [Parameter], statistics: [RunningStatistics] = [], weightCount: Int? = nil, liveCount: Int,
    metrics: Range<Int>? = nil, count: Int
  ) {
    self.parameters = parameters
    self.statistics = statistics
    self.weightCount = weightCount ?? liveCount
    self.liveCount = liveCount
    self.metrics = metrics ?? liveCount..<liveCount
    exchangedCount = self.metrics.upperBound
    self.count = count
  }

  /// Where in ``metrics`` the mean loss stands.
  public var lossPlace: Int { metrics.lowerBound }
  /// Where in ``metrics`` the share of right predictions stands.
  public var accuracyPlace: Int { metrics.lowerBound + 1 }

  /// The dead taps, which no image reaches.
  public var dead: Range<Int> { exchangedCount..<count }

  /// The place of running statistics.
  public var statisticsRange: Range<Int> { liveCount..<metrics.lowerBound }

  /// The parameters that pruning may take from: convolution weights, dead taps included, as in PyTorch.
  public var convolutionWeights: [Parameter] { parameters.filter { $0.role == .convolutionWeight } }

  /// Whether any parameter's pruned elements are left out.
  public var isCompact: Bool { parameters.contains { $0.kept != nil } }

  /// The number of learned elements, as PyTorch counts them.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}
