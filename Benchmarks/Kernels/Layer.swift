import Kernels

/// Convolutions of one shape in a network.
struct Layer {
  let name: String
  let shape: ConvolutionShape
  /// How many the network has.
  let count: Int
  /// Whether the input's gradient is needed: not that of images.
  let hasInputGradient: Bool

  init(_ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, size: Int, count: Int = 1) {
    shape = ConvolutionShape(
      inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
      inputHeight: size, inputWidth: size)
    name = "\(kernel)×\(kernel)\(stride == 1 ? "" : "/\(stride)") \(inputs)→\(outputs) on \(size)×\(size)"
    self.count = count
    hasInputGradient = inputs > 3
  }

  static let resnet18 = [Layer(3, 64, kernel: 7, stride: 2, size: 32)] + stages(size: 8)
  static let resnet18CIFAR = [Layer(3, 64, size: 32)] + stages(size: 32)

  /// The four stages, whose first one works on images of `size`.
  private static func stages(size: Int) -> [Layer] {
    [Layer(64, 64, size: size, count: 4)]
      + (1...3).flatMap { stage in
        let (channels, size) = (64 << stage, size >> stage)
        return [
          Layer(channels / 2, channels, stride: 2, size: size * 2),
          Layer(channels / 2, channels, kernel: 1, stride: 2, size: size * 2),
          Layer(channels, channels, size: size, count: 3),
        ]
      }
  }
}
