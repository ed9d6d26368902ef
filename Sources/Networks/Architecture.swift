/// The residual networks that dptrain knows (He et al., 2015), for 32×32 images.
public enum Architecture: String, CaseIterable, Sendable {
  /// ResNet18 as in torchvision: 7×7 stride-2 stem, max pooling, stages of 64 to 512 channels.
  case resnet18
  /// ResNet18 with the stem that CIFAR-10 networks use: 3×3, stride 1, no max pooling. No tap of it is dead.
  case resnet18CIFAR = "resnet18-cifar"
  /// A small one for tests: 3×3 stem of 16 channels, three blocks of 16, 32 and 64 channels.
  case resnet8

  private struct Stage {
    let channels: Int
    let blocks: Int
    let stride: Int
  }

  private var stages: [Stage] {
    switch self {
    case .resnet18, .resnet18CIFAR:
      [
        Stage(channels: 64, blocks: 2, stride: 1), Stage(channels: 128, blocks: 2, stride: 2),
        Stage(channels: 256, blocks: 2, stride: 2), Stage(channels: 512, blocks: 2, stride: 2),
      ]
    case .resnet8:
      [
        Stage(channels: 16, blocks: 1, stride: 1), Stage(channels: 32, blocks: 1, stride: 2),
        Stage(channels: 64, blocks: 1, stride: 2),
      ]
    }
  }

  /// What the linear layer takes of an image: the channels of the last stage.
  var features: Int { stages[stages.count - 1].channels }

  /// The network's operations, with torchvision's layer names.
  public func graph(classes: Int, height: Int = 32, width: Int = 32) -> NetworkGraph {
    var graph = NetworkGraph(image: .init(channels: 3, height: height, width: width))
    var x: NetworkGraph.ValueIndex
    switch self {
    case .resnet18:
      x = graph.convolution("conv1", 0, channels: 64, kernel: 7, stride: 2, padding: 3)
      x = graph.normalization("bn1", x, .relu)
      x = graph.maxPooling(x, kernel: 3, stride: 2, padding: 1)
    case .resnet18CIFAR, .resnet8:
      x = graph.convolution("conv1", 0, channels: stages[0].channels, kernel: 3, stride: 1, padding: 1)
      x = graph.normalization("bn1", x, .relu)
    }
    for (index, stage) in stages.enumerated() {
      for block in 0..<stage.blocks {
        x = Self.basicBlock(
          &graph, "layer\(index + 1).\(block)", x, channels: stage.channels, stride: block == 0 ? stage.stride : 1)
      }
    }
    x = graph.averagePooling(x)
    _ = graph.linear("fc", x, outputs: classes)
    return graph
  }

  /// Two 3×3 convolutions and a shortcut: torchvision's `BasicBlock`.
  private static func basicBlock(
    _ graph: inout NetworkGraph, _ name: String, _ input: NetworkGraph.ValueIndex, channels: Int, stride: Int
  ) -> NetworkGraph.ValueIndex {
    var x = graph.convolution("\(name).conv1", input, channels: channels, kernel: 3, stride: stride, padding: 1)
    x = graph.normalization("\(name).bn1", x, .relu)
    x = graph.convolution("\(name).conv2", x, channels: channels, kernel: 3, stride: 1, padding: 1)
    var shortcut = input
    if stride != 1 || graph.values[input].channels != channels {
      shortcut = graph.convolution(
        "\(name).downsample.0", input, channels: channels, kernel: 1, stride: stride, padding: 0)
      shortcut = graph.normalization("\(name).downsample.1", shortcut, .none)
    }
    return graph.normalization("\(name).bn2", x, .residualRelu, residual: shortcut)
  }
}
