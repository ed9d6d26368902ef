import Kernels

/// Convolutions of odd shapes, spread over everything a kernel may branch on.
enum ConvolutionSpread {
  /// For every shape the backends that suit it.
  static let groups: [[ConvolutionCase]] = (odd + large + even).map { shape, lanes in
    ConvolutionBackend.allCases.filter { $0.suits(shape) }.map { ConvolutionCase(shape, lanes: lanes, backend: $0) }
  }

  /// Every shape, in every backend that suits it.
  static let cases: [ConvolutionCase] = groups.flatMap { $0 }

  /// 1 to 9 pixels high and wide, 1 to 17 channels, 16 to 64 lanes, strides 1 and 2, kernels 1, 3 and 7.
  private static let odd: [(shape: ConvolutionShape, lanes: Int)] = (0..<72).map { index in
    let kernel = [1, 3, 7][index % 3]
    let shape = ConvolutionShape(
      inputChannels: 1 + index * 5 % 17, outputChannels: 1 + index * 7 % 17, kernel: kernel,
      stride: 1 + index / 3 % 2, padding: kernel / 2, inputHeight: 1 + index * 4 % 9, inputWidth: 1 + index * 7 % 9)
    return (shape, 16 + index / 6 % 4 * 16)
  }

  /// Channels on both sides of 16 (a vector), 64 (a group of products) and 128 (rows kept apart); paddings of other sizes
  /// than half a kernel.
  private static let large = [
    (15, 33, 3, 1, 1, 4, 5), (16, 20, 3, 2, 1, 5, 4), (63, 64, 1, 1, 0, 3, 3), (64, 65, 3, 1, 1, 2, 2),
    (65, 66, 3, 2, 1, 3, 2), (127, 10, 3, 1, 1, 1, 2), (128, 34, 3, 1, 1, 2, 2), (129, 130, 3, 1, 1, 1, 1),
    (130, 7, 1, 2, 0, 5, 5), (3, 64, 7, 2, 3, 9, 8), (17, 6, 3, 1, 0, 4, 4), (3, 5, 3, 1, 2, 4, 3),
    (5, 16, 7, 1, 0, 9, 9),
  ].enumerated().map(sized)

  /// Shapes that have a Winograd form.
  private static let even = [
    (16, 16, 3, 1, 1, 4, 4), (16, 32, 3, 1, 1, 12, 4), (48, 16, 3, 1, 1, 4, 8), (64, 80, 3, 1, 1, 4, 8),
    (80, 64, 3, 1, 1, 4, 4), (144, 16, 3, 1, 1, 4, 4), (16, 144, 3, 1, 1, 4, 4),
  ].enumerated().map(sized)

  private static func sized(
    _ index: Int, _ size: (Int, Int, Int, Int, Int, Int, Int)
  ) -> (shape: ConvolutionShape, lanes: Int) {
    let shape = ConvolutionShape(
      inputChannels: size.0, outputChannels: size.1, kernel: size.2, stride: size.3, padding: size.4,
      inputHeight: size.5, inputWidth: size.6)
    return (shape, 16 + index % 4 * 16)
  }
}

extension ConvolutionCase {
  var inputCount: Int { lanes * input.channels * input.pixels }
  var outputCount: Int { lanes * output.channels * output.pixels }
}
