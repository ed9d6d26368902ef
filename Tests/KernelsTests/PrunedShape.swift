import Kernels
import Testing

/// Convolutions for pruning, spread over everything a sparse kernel may branch on.
struct PrunedShape: Sendable, CustomTestStringConvertible {
  let shape: ConvolutionShape
  let lanes: Int

  var testDescription: String {
    "\(shape.inputChannels)→\(shape.outputChannels) channels, kernel \(shape.kernel), stride \(shape.stride), "
      + "\(shape.inputHeight)×\(shape.inputWidth), \(lanes) lanes"
  }

  /// All of these.
  static let all = odd + large

  static let laneCounts = [16, 32, 48, 64, 80, 128]

  /// 1 to 11 pixels high and wide (tiles of one, two and four pixels), 1 to 17 channels, kernels 1 to 7, both strides.
  static let odd: [PrunedShape] = (0..<88).map { index in
    let kernel = [1, 3, 5, 7][index % 4]
    return PrunedShape(
      shape: ConvolutionShape(
        inputChannels: 1 + index * 5 % 17, outputChannels: 1 + index * 7 % 17, kernel: kernel,
        stride: 1 + index / 4 % 2, padding: kernel / 2, inputHeight: 1 + index * 4 % 11, inputWidth: 1 + index * 7 % 11),
      lanes: laneCounts[index % 6])
  }

  /// So many channels that both directions work in blocks; whole images; stems; paddings of other sizes than half a kernel.
  static let large: [PrunedShape] = [
    (128, 24, 3, 1, 1, 4, 4), (144, 10, 3, 2, 1, 5, 5), (256, 7, 1, 2, 0, 4, 5), (20, 160, 3, 1, 1, 4, 3),
    (9, 130, 3, 2, 1, 6, 6), (130, 130, 3, 1, 1, 1, 1), (128, 16, 3, 1, 1, 2, 2), (3, 6, 3, 1, 1, 32, 32),
    (3, 6, 7, 2, 3, 32, 32), (4, 3, 3, 1, 1, 32, 32), (16, 16, 3, 1, 1, 8, 8), (17, 6, 3, 1, 0, 4, 4),
    (3, 5, 3, 1, 2, 4, 3), (5, 16, 7, 1, 0, 9, 9), (6, 5, 1, 2, 0, 2, 2), (4, 4, 5, 3, 2, 8, 7),
  ].enumerated().map { index, size in
    PrunedShape(
      shape: ConvolutionShape(
        inputChannels: size.0, outputChannels: size.1, kernel: size.2, stride: size.3, padding: size.4,
        inputHeight: size.5, inputWidth: size.6), lanes: laneCounts[(3 + index * 5) % 6])
  }
}
