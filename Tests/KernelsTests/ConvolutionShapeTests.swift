import Kernels
import Testing

@Suite struct ConvolutionShapeTests {
  /// The convolutions of torchvision's `resnet18` on 32×32 images.
  private static let resnet18: [ConvolutionShape] = {
    func shape(_ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ size: Int) -> ConvolutionShape {
      ConvolutionShape(
        inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
        inputHeight: size, inputWidth: size)
    }
    var shapes = [shape(3, 64, 7, 2, 32)] + (0..<4).map { _ in shape(64, 64, 3, 1, 8) }
    for (channels, size) in [(128, 8), (256, 4), (512, 2)] {
      shapes += [shape(channels / 2, channels, 3, 2, size), shape(channels / 2, channels, 1, 2, size)]
      shapes += (0..<3).map { _ in shape(channels, channels, 3, 1, size / 2) }
    }
    return shapes
  }()

  @Test("ResNet18's multiply-adds, with padding and without")
  func multiplyAdds() {
    #expect(Self.resnet18.count == 20)
    #expect(Self.resnet18.reduce(0) { $0 + $1.weights } == 11_166_912)
    #expect(Self.resnet18.reduce(0) { $0 + $1.paddedMultiplyAdds } == 37_011_456)
    #expect(Self.resnet18.reduce(0) { $0 + $1.multiplyAdds } == 21_662_464)
  }

  @Test("Dead taps are those that meet only padding")
  func deadTaps() {
    func outputsPerTap(_ stride: Int, _ size: Int) -> [Int] {
      ConvolutionShape(
        inputChannels: 2, outputChannels: 3, kernel: 3, stride: stride, padding: 1, inputHeight: size, inputWidth: size
      ).outputsPerTap
    }
    #expect(outputsPerTap(1, 1) == [0, 0, 0, 0, 1, 0, 0, 0, 0])
    #expect(outputsPerTap(1, 2) == [1, 2, 1, 2, 4, 2, 1, 2, 1])
    #expect(outputsPerTap(2, 2) == [0, 0, 0, 0, 1, 1, 0, 1, 1])
    #expect(outputsPerTap(2, 4) == [1, 2, 2, 2, 4, 4, 2, 4, 4])
  }

  @Test("Outputs are as large as PyTorch's")
  func outputSizes() {
    for (size, kernel, stride, padding, expected) in [
      (32, 7, 2, 3, 16), (32, 3, 1, 1, 32), (32, 1, 2, 0, 16), (9, 3, 2, 1, 5), (9, 1, 2, 0, 5), (1, 7, 2, 3, 1),
      (5, 5, 1, 0, 1),
    ] {
      let shape = ConvolutionShape(
        inputChannels: 1, outputChannels: 1, kernel: kernel, stride: stride, padding: padding, inputHeight: size,
        inputWidth: size + 4)
      #expect(shape.outputHeight == expected && shape.outputWidth == (size + 4 + 2 * padding - kernel) / stride + 1)
    }
  }

  @Test("Activations of one channel are contiguous, channels apart")
  func activationLayout() {
    let shape = ActivationShape(channels: 3, height: 2, width: 5, lanes: 32)
    #expect(shape.pixels == 10 && shape.channelCount == 320 && shape.channelStride >= 320)
    #expect(shape.count == 3 * shape.channelStride)
    // The linear layer reads pooled activations as a matrix.
    #expect(ActivationShape(channels: 3, height: 1, width: 1, lanes: 32).channelStride == 32)
  }
}
