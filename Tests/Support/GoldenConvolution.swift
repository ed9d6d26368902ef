/// A convolution recorded in `Tests/Golden/layers.safetensors`.
public struct GoldenConvolution: Sendable, CustomStringConvertible {
  public static let images = 16
  /// Every kernel and stride of the networks, on images of 1×1 to 9×9.
  public static let all: [GoldenConvolution] = [(3, 1), (3, 2), (1, 1), (1, 2), (7, 2)].flatMap { kernel, stride in
    (1...9).map { GoldenConvolution(kernel: kernel, stride: stride, size: $0) }
  }

  public let kernel: Int
  public let stride: Int
  /// The images' height and width.
  public let size: Int

  public var name: String { "convolution/k\(kernel)s\(stride)h\(size)" }
  public var padding: Int { kernel / 2 }
  public var inputs: Int { [1, 3, 5][size % 3] }
  public var outputs: Int { [3, 7, 5][(size + kernel) % 3] }
  public var outputSize: Int { (size + 2 * padding - kernel) / stride + 1 }
  public var description: String { name }

  /// N×C×H×W.
  public var input: [Float] {
    Formula.uniform("\(name)/input", count: Self.images * inputs * size * size, scale: 2)
  }
  /// O×I×kh×kw.
  public var weight: [Float] {
    Formula.uniform("\(name)/weight", count: outputs * inputs * kernel * kernel, scale: 2)
  }
  /// N×C×H×W.
  public var outputGradient: [Float] {
    Formula.uniform("\(name)/output-gradient", count: Self.images * outputs * outputSize * outputSize, scale: 2)
  }
}
