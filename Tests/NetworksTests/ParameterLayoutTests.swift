import Kernels
import Networks
import TestSupport
import Testing

@Suite struct ParameterLayoutTests {
  /// The parameters of torchvision's `resnet18`, in the order of its `state_dict`.
  private static let resnet18: [(name: String, shape: [Int])] = {
    var parameters: [(name: String, shape: [Int])] = []
    func convolution(_ name: String, _ shape: [Int]) { parameters.append(("\(name).weight", shape)) }
    func normalization(_ name: String, _ channels: Int) {
      parameters += [("\(name).weight", [channels]), ("\(name).bias", [channels])]
    }
    convolution("conv1", [64, 3, 7, 7])
    normalization("bn1", 64)
    var inputs = 64
    for (stage, channels) in [64, 128, 256, 512].enumerated() {
      for block in 0..<2 {
        let name = "layer\(stage + 1).\(block)"
        convolution("\(name).conv1", [channels, inputs, 3, 3])
        normalization("\(name).bn1", channels)
        convolution("\(name).conv2", [channels, channels, 3, 3])
        normalization("\(name).bn2", channels)
        if inputs != channels {
          convolution("\(name).downsample.0", [channels, inputs, 1, 1])
          normalization("\(name).downsample.1", channels)
        }
        inputs = channels
      }
    }
    return parameters + [("fc.weight", [10, 512]), ("fc.bias", [10])]
  }()

  private func layout(_ architecture: Architecture, classes: Int = 10) -> ParameterLayout {
    ParameterLayout(architecture.graph(classes: classes))
  }

  @Test("ResNet18 has torchvision's names, shapes and order")
  func names() {
    let layout = layout(.resnet18)
    #expect(layout.parameters.map(\.name) == Self.resnet18.map(\.name))
    #expect(layout.parameters.map(\.shape) == Self.resnet18.map(\.shape))
    let normalizations = Self.resnet18.filter { $0.shape.count == 1 && $0.name.hasSuffix(".weight") }
    #expect(layout.statistics.map(\.name) == normalizations.map { String($0.name.dropLast(".weight".count)) })
    #expect(layout.statistics.map(\.mean.count) == normalizations.map { $0.shape[0] })
  }

  @Test("Parameters are as many as in PyTorch")
  func counts() {
    #expect(layout(.resnet18).parameterCount == 11_181_642)
    #expect(layout(.resnet18, classes: 1000).parameterCount == 11_689_512)
    #expect(layout(.resnet18CIFAR).parameterCount == 11_173_962)
    #expect(layout(.resnet8).parameterCount == 78_042)
    #expect(layout(.resnet34, classes: 1000).parameterCount == 21_797_672)
    #expect(layout(.resnet50, classes: 1000).parameterCount == 25_557_032)
  }

  @Test("62 % of ResNet18's convolution weights are dead taps at 32×32, and none of the others'")
  func deadTaps() {
    let layout = layout(.resnet18)
    let weights = layout.convolutionWeights.reduce(0) { $0 + $1.count }
    #expect(weights == 11_166_912)
    #expect((Double(layout.dead.count) / Double(weights) * 100).rounded() == 62)
    #expect(self.layout(.resnet18CIFAR).dead.isEmpty && self.layout(.resnet8).dead.isEmpty)
    for (name, shape) in Architecture.resnet18.graph(classes: 10).convolutions {
      let parameter = layout.parameters.first { $0.name == "\(name).weight" }
      #expect(parameter?.isLive == shape.outputsPerTap.map { $0 > 0 })
    }
  }

  @Test("Everything has a place of its own, and the arena has no other", arguments: Architecture.all)
  func places(_ architecture: Architecture) {
    let layout = layout(architecture)
    let blocks = layout.parameters.flatMap(\.blocks)
    let all = (blocks + layout.statistics.flatMap { [$0.mean, $0.variance] } + [layout.metrics]).sorted {
      $0.lowerBound < $1.lowerBound
    }
    #expect(all.first?.lowerBound == 0 && all.last?.upperBound == layout.count)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    #expect(layout.parameters.allSatisfy { $0.blocks.reduce(0) { $0 + $1.count } == $0.count })
  }

  @Test(
    "Live weights come first, then other live parameters, statistics and metrics, dead taps",
    arguments: Architecture.all)
  func order(_ architecture: Architecture) {
    let layout = layout(architecture)
    let (weights, rest) = (0..<layout.weightCount, layout.weightCount..<layout.liveCount)
    for parameter in layout.parameters {
      let isWeight = parameter.role == .convolutionWeight || parameter.role == .linearWeight
      for (block, isLive) in zip(parameter.blocks, parameter.isLive) {
        let expected = isLive ? (isWeight ? weights : rest) : layout.dead
        #expect(expected.contains(block), "\(parameter.name) \(block)")
      }
    }
    #expect(layout.statistics.allSatisfy { layout.statisticsRange.contains($0.mean) })
    #expect(layout.statistics.allSatisfy { layout.statisticsRange.contains($0.variance) })
    #expect(layout.statisticsRange == layout.liveCount..<layout.metrics.lowerBound && layout.metrics.count == 2)
    #expect(layout.exchangedCount == layout.metrics.upperBound && layout.dead == layout.exchangedCount..<layout.count)
  }

  @Test("A convolution's weight lies tap by tap, and comes back in torchvision's order")
  func elementOrder() throws {
    let network = Network(.resnet18)
    let parameter = try #require(network.layout.parameters.first { $0.name == "layer4.0.conv1.weight" })
    let values = Formula.parameter(parameter.name, shape: parameter.shape)
    network.store(values, in: parameter)
    let (o, i, row, column) = (345, 67, 2, 1)
    let tap = parameter.blocks[row * 3 + column].lowerBound
    #expect(network.arena.pointer[tap + o * 256 + i] == values[((o * 256 + i) * 3 + row) * 3 + column])
    #expect(network.values(of: parameter) == values)
    let others = network.layout.parameters.filter { $0.role == .convolutionWeight && $0.name != parameter.name }
    #expect(others.allSatisfy { network.values(of: $0).allSatisfy { $0 == 0 } })
  }
}
