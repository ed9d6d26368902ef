import Kernels
import TestSupport

/// Which weights of a convolution survive: every density, and patterns that leave something empty.
enum SurvivorChoice: CaseIterable, Sendable {
  case none, one, twoPercent, tenPercent, half, ninetyPercent, all
  /// Half of the weights, but none to odd output channels, from odd input channels, or of every second tap.
  case noOddOutputs, noOddInputs, noOddTaps

  /// The survivors of a convolution.
  func pattern(_ shape: ConvolutionShape) -> SparsePattern {
    let draws = Formula.integers("survivors", count: shape.weights, bound: 100)
    let block = shape.inputChannels * shape.outputChannels
    let single = shape.weights * 5 / 7
    let positions = (0..<shape.taps).map { tap in
      (0..<block).filter { place in
        let index = place * shape.taps + tap
        return survives(index == single, draws[index], tap, place / shape.inputChannels, place % shape.inputChannels)
      }.map { Int32($0) }
    }
    return SparsePattern(shape: shape, positions: positions)
  }

  private func survives(_ isSingle: Bool, _ draw: Int, _ tap: Int, _ output: Int, _ input: Int) -> Bool {
    switch self {
    case .none: false
    case .one: isSingle
    case .twoPercent: draw < 2
    case .tenPercent: draw < 10
    case .half: draw < 50
    case .ninetyPercent: draw < 90
    case .all: true
    case .noOddOutputs: output % 2 == 0 && draw < 50
    case .noOddInputs: input % 2 == 0 && draw < 50
    case .noOddTaps: tap % 2 == 0 && draw < 50
    }
  }
}
