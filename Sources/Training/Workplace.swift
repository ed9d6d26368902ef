import Kernels
import Networks
import Pruning

/// What becomes of pruned weights.
public enum PrunedWeights: Sendable {
  /// The arena holds survivors only, and sparse kernels compute with them.
  case removed
  /// They stay as zeros, which dense kernels multiply, as masks in PyTorch do: for comparisons.
  case zeroed

  /// What a network is that keeps the weights of some elements of its full arena; nil for all.
  public func network(of full: Network, keeping survivors: Mask?) -> Network {
    guard self == .removed, let survivors else { return full }
    return full.compacted(keeping: survivors)
  }
}

/// A network, what pruning has left of it, and the workspace that it computes in: they change together.
public struct Workplace {
  public let network: Network
  /// Which elements of the architecture's full arena survive; nil for all.
  public let survivors: Mask?
  /// Which weights of ``network`` survive: all of them, unless pruned ones stay as zeros.
  public let mask: Mask
  public let microbatch: Microbatch
  private let pruned: PrunedWeights
  private let labelSmoothing: Float

  /// - Parameters:
  ///   - network: as ``PrunedWeights/network(of:keeping:)`` makes it.
  ///   - survivors: of the full arena; nil for all.
  ///   - lanes: the images of a microbatch.
  public init(
    _ network: Network, survivors: Mask? = nil, pruned: PrunedWeights = .removed, lanes: Int, labelSmoothing: Double = 0
  ) {
    self.init(
      network, survivors, pruned, Float(labelSmoothing),
      Microbatch(network, lanes: lanes, labelSmoothing: Float(labelSmoothing)))
  }

  private init(
    _ network: Network, _ survivors: Mask?, _ pruned: PrunedWeights, _ labelSmoothing: Float, _ microbatch: Microbatch
  ) {
    self.network = network
    self.survivors = survivors
    self.pruned = pruned
    self.labelSmoothing = labelSmoothing
    self.microbatch = microbatch
    mask = (pruned == .zeroed ? survivors : nil) ?? Mask(allSurviving: network.layout.count)
  }

  /// Which weights training has to keep at zero; nil where there are none.
  public var zeros: Mask? { pruned == .zeroed && survivors != nil ? mask : nil }

  /// The place of the survivors of a mask.
  ///
  /// - Returns: with the way to the layout of these, unless pruned weights stay as zeros.
  public func keeping(_ mask: Mask) -> (place: Workplace, compaction: Compaction?) {
    guard pruned == .removed else { return (Workplace(network, mask, pruned, labelSmoothing, microbatch), nil) }
    let compaction = network.layout.compaction(keeping: mask)
    let rest = network.compacted(compaction)
    let survivors = rest.layout.isCompact ? Mask(keptIn: rest.layout, of: ParameterLayout(rest.graph)) : nil
    return (
      Workplace(
        rest, survivors: survivors, lanes: microbatch.lanes, labelSmoothing: Double(labelSmoothing)), compaction
    )
  }

  /// The pruned fraction of all convolution and linear weights.
  public var sparsity: Double {
    let weights = network.layout.parameters.filter(\.role.isWeight)
    let count = weights.reduce(0) { $0 + $1.count }
    let survivors = weights.reduce(0) { $0 + mask.survivors(of: $1) }
    return Double(count - survivors) / Double(count)
  }
}
