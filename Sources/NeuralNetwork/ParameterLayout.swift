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
  }

  /// torchvision's name, such as `layer1.0.conv1.weight`.
  public let name: String
  /// torchvision's shape, such as `[64, 64, 3, 3]`.
  public let shape: [Int]
  public let role: Role
  /// Where its blocks lie in the arena: for a convolution one a tap (row by row of the kernel), each `[O][I]`; otherwise one.
  public let blocks: [Range<Int>]
  /// For each block, whether its gradient can be non-zero at the network's input size. A block that is not live only ever
  /// meets padding (a *dead tap*).
  public let isLive: [Bool]

  /// The number of its elements, dead taps included.
  public var count: Int { shape.reduce(1, *) }

  public init(name: String, shape: [Int], role: Role, blocks: [Range<Int>], isLive: [Bool]) {
    self.name = name
    self.shape = shape
    self.role = role
    self.blocks = blocks
    self.isLive = isLive
  }
}

/// Where every parameter of a network lies in its arena: live blocks first, dead taps behind them.
public struct ParameterLayout: Sendable, Equatable {
  /// In the order of torchvision's `state_dict`.
  public let parameters: [Parameter]
  /// `arena[0..<liveCount]` holds every live block; only this range is computed and exchanged.
  public let liveCount: Int
  /// The length of the arena.
  public let count: Int

  public init(parameters: [Parameter], liveCount: Int, count: Int) {
    self.parameters = parameters
    self.liveCount = liveCount
    self.count = count
  }
}
