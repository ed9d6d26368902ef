/// The geometry of a square convolution with symmetric padding.
public struct ConvolutionShape: Sendable, Equatable {
  public let inputChannels: Int
  public let outputChannels: Int
  /// The kernel's height and width.
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let inputHeight: Int
  public let inputWidth: Int

  public init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int, padding: Int, inputHeight: Int, inputWidth: Int
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
  }

  public var outputHeight: Int { (inputHeight + 2 * padding - kernel) / stride + 1 }
  public var outputWidth: Int { (inputWidth + 2 * padding - kernel) / stride + 1 }
  public var taps: Int { kernel * kernel }
  public var weights: Int { taps * outputChannels * inputChannels }

  public func input(lanes: Int) -> ActivationShape {
    ActivationShape(channels: inputChannels, height: inputHeight, width: inputWidth, lanes: lanes)
  }

  public func output(lanes: Int) -> ActivationShape {
    ActivationShape(channels: outputChannels, height: outputHeight, width: outputWidth, lanes: lanes)
  }

  /// The output pixels at which each tap meets a pixel of the input, not padding. Zero marks a dead tap.
  public var outputsPerTap: [Int] {
    let rows = Self.outputsPerOffset(kernel, stride, padding, inputHeight, outputHeight)
    let columns = Self.outputsPerOffset(kernel, stride, padding, inputWidth, outputWidth)
    return rows.flatMap { row in columns.map { row * $0 } }
  }

  /// The multiply-adds of one image when padding is skipped.
  public var multiplyAdds: Int { outputsPerTap.reduce(0, +) * inputChannels * outputChannels }

  /// The multiply-adds of one image when padding is multiplied too, as most libraries do.
  public var paddedMultiplyAdds: Int { outputHeight * outputWidth * weights }

  private static func outputsPerOffset(
    _ kernel: Int, _ stride: Int, _ padding: Int, _ input: Int, _ output: Int
  ) -> [Int] {
    (0..<kernel).map { offset in
      (0..<output).count { (0..<input).contains($0 * stride + offset - padding) }
    }
  }
}
