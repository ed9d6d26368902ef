/// The residual networks (He et al., 2015) that dptrain knows.
extension Architecture {
  /// Every architecture, by name: what flags take, and what a file without a name is compared with.
  public static let all = [resnet18, resnet18CIFAR, resnet8, resnet34, resnet50]

  /// ResNet18 as in torchvision: 7×7 stride-2 stem, max pooling, stages of 64 to 512 channels.
  public static let resnet18 = Architecture(
    "resnet18", summary: "torchvision's", blocks: [imageNetStem] + stages([2, 2, 2, 2], of: ResidualBlock.basic))
  /// ResNet18 with the stem that CIFAR-10 networks use: 3×3, stride 1, no max pooling. No tap of it is dead.
  public static let resnet18CIFAR = Architecture(
    "resnet18-cifar", summary: "3×3 stem",
    blocks: [Stem(channels: 64)] + stages([2, 2, 2, 2], of: ResidualBlock.basic))
  /// A small one for tests: 3×3 stem of 16 channels, three blocks of 16, 32 and 64 channels.
  public static let resnet8 = Architecture(
    "resnet8", summary: "small, for tests",
    blocks: [Stem(channels: 16)] + stages([1, 1, 1], of: ResidualBlock.basic, firstWidth: 16))
  /// ResNet34 as in torchvision.
  public static let resnet34 = Architecture(
    "resnet34", summary: "torchvision's", blocks: [imageNetStem] + stages([3, 4, 6, 3], of: ResidualBlock.basic))
  /// ResNet50 as in torchvision, where a bottleneck's stride stands in its 3×3 convolution (version 1.5).
  public static let resnet50 = Architecture(
    "resnet50", summary: "torchvision's, of bottlenecks",
    blocks: [imageNetStem] + stages([3, 4, 6, 3], of: ResidualBlock.bottleneck))

  /// Seven pixels wide, at half the resolution, then max pooling to a quarter.
  private static let imageNetStem = Stem(channels: 64, kernel: 7, stride: 2, pools: true)

  /// torchvision's `layer1`, `layer2`, …: each but the first halves the resolution and doubles the width.
  ///
  /// - Parameter counts: the blocks of each stage.
  private static func stages(
    _ counts: [Int], of block: (_ name: String, _ width: Int, _ stride: Int) -> ResidualBlock, firstWidth: Int = 64
  ) -> [any Block] {
    counts.enumerated().flatMap { stage, count in
      (0..<count).map { block("layer\(stage + 1).\($0)", firstWidth << stage, stage > 0 && $0 == 0 ? 2 : 1) }
    }
  }
}

/// The first convolution, its normalization, and max pooling where there is any.
private struct Stem: Block {
  let channels: Int
  var kernel = 3
  var stride = 1
  var pools = false

  func append(to graph: inout NetworkGraph, reading input: NetworkGraph.ValueIndex) -> NetworkGraph.ValueIndex {
    var x = graph.append(input) {
      ConvolutionLayer("conv1", $0, channels: channels, kernel: kernel, stride: stride, padding: kernel / 2)
    }
    x = graph.append(x) { BatchNormalizationLayer("bn1", $0, .relu) }
    return pools ? graph.append(x) { MaxPoolingLayer("maxpool", $0, kernel: 3, stride: 2, padding: 1) } : x
  }
}

/// Convolutions with their normalizations, and a shortcut.
private struct ResidualBlock: Block {
  let name: String
  let stride: Int
  /// In turn; the channels of the last are the block's.
  let convolutions: [(channels: Int, kernel: Int, stride: Int)]

  /// torchvision's `BasicBlock`: two 3×3 convolutions.
  static func basic(_ name: String, width: Int, stride: Int) -> Self {
    Self(name: name, stride: stride, convolutions: [(width, 3, stride), (width, 3, 1)])
  }

  /// torchvision's `Bottleneck`: a 3×3 convolution between two of 1×1, of which the second has four times the channels.
  static func bottleneck(_ name: String, width: Int, stride: Int) -> Self {
    Self(name: name, stride: stride, convolutions: [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)])
  }

  func append(to graph: inout NetworkGraph, reading input: NetworkGraph.ValueIndex) -> NetworkGraph.ValueIndex {
    var (x, channels) = (input, graph.values[input].channels)
    for (index, convolution) in convolutions.enumerated() {
      if index > 0 { x = graph.append(x) { BatchNormalizationLayer("\(name).bn\(index)", $0, .relu) } }
      x = graph.append(x) {
        ConvolutionLayer(
          "\(name).conv\(index + 1)", $0, channels: convolution.channels, kernel: convolution.kernel,
          stride: convolution.stride, padding: convolution.kernel / 2)
      }
      channels = convolution.channels
    }
    var shortcut = input
    if stride != 1 || graph.values[input].channels != channels {
      shortcut = graph.append(input) {
        ConvolutionLayer("\(name).downsample.0", $0, channels: channels, kernel: 1, stride: stride)
      }
      shortcut = graph.append(shortcut) { BatchNormalizationLayer("\(name).downsample.1", $0, .none) }
    }
    return graph.append(x, shortcut) {
      BatchNormalizationLayer("\(name).bn\(convolutions.count)", $0, .residualRelu)
    }
  }
}
