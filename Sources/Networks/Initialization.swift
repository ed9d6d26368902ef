import Kernels
import RandomNumbers

extension Network {
  /// Draws new parameters, distributed as torchvision's: convolutions normal with variance 2 / (O·kh·kw) (He et al., 2015, by
  /// fan-out), normalizations 1 and 0, the linear layer uniform within ±1/√features.
  ///
  /// Each parameter draws from a stream of its own, in torchvision's element order.
  public func initialize(seed: UInt64) {
    for (index, parameter) in layout.parameters.enumerated() {
      var stream = RandomStream(seed: seed, purpose: .initialization, index: index)
      switch parameter.role {
      case .convolutionWeight:
        let fanOut = parameter.shape[0] * parameter.shape[2] * parameter.shape[3]
        let deviation = (2 / Float(fanOut)).squareRoot()
        let values = (0..<parameter.count).map { _ in stream.normal() * deviation }
        store(values, in: parameter)
      case .linearWeight, .linearBias:
        let features = layout.parameters.first { $0.role == .linearWeight }?.shape[1] ?? 1
        let bound = 1 / Float(features).squareRoot()
        store((0..<parameter.count).map { _ in (2 * stream.uniform() - 1) * bound }, in: parameter)
      case .normalizationScale:
        arena[parameter.blocks[0]].update(repeating: 1)
      case .normalizationShift:
        arena[parameter.blocks[0]].update(repeating: 0)
      }
    }
    for statistics in layout.statistics {
      arena[statistics.mean].update(repeating: 0)
      arena[statistics.variance].update(repeating: 1)
    }
    batchesTracked = 0
  }
}
