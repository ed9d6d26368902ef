/// Which weights of a pool go first: those of least score, among equals the first in torchvision's order (parameters as in
/// the `state_dict`, then `[O][I][kh][kw]`).
///
/// All but `l1` and `random` spread the cost: they ask what a weight does, not only how large it is. A weight of a dead tap
/// never meets a pixel. Its score is 0 under each of them, so dead taps go before everything that computes something (under
/// `erk` and `uniform`, within their layer).
public enum PruneScore: String, Sendable, CaseIterable {
  /// The magnitude, as in `torch.nn.utils.prune`.
  case l1
  /// The magnitude over a power of the cost: |w| / cost^p, in double precision, rounded to single. The cost of a convolution
  /// weight is the multiply-adds that it takes part in for one image, without those that meet padding; of a linear weight, 1.
  case l1PerCost = "l1-per-cost"
  /// The layer-adaptive magnitude of Lee et al. (2021, arXiv 2010.07611): w² over the sum of the squares of all weights of
  /// the layer that have at least its magnitude. Summed in double precision from the largest down, rounded to single.
  case lamp
  /// The magnitude within a layer; the layers' densities are in proportion to (n_in + n_out + kh + kw) / (n_in·n_out·kh·kw), as
  /// in Evci et al. (2020, arXiv 1911.11134), at most 1.
  case erk
  /// The magnitude within a layer, the same density in each.
  case uniform
  /// A uniform draw, the control that any ranking has to beat.
  case random

  /// The power of the cost where none is given.
  public static let defaultCostPower = 0.5
  /// The powers that `l1PerCost` takes. Beyond them scores of small weights would vanish in single precision.
  public static let costPowers = 0.0...4.0

  /// Whether the score compares layers or sets their amounts, so that ranking each layer by itself contradicts it.
  public var isGlobal: Bool { [.lamp, .erk, .uniform].contains(self) }

  /// Whether the score sets how much of each layer goes.
  var sharesByLayer: Bool { self == .erk || self == .uniform }
}
