import Inference
import Kernels
import Networks
import Reports
import Text
import Testing

struct FoldedTableTests {
  @Test func aRowALayerAndTheirSum() {
    let weights = SurvivingWeights(positions: [[0, 3]], values: [[1, 2]])
    func layer(_ name: String, size: Int, isLinear: Bool = false) -> FoldedLayer {
      FoldedLayer(
        name: name,
        shape: ConvolutionShape(
          inputChannels: 2, outputChannels: 3, kernel: 1, stride: 1, padding: 0, inputHeight: size, inputWidth: size),
        weights: weights, bias: FoldedBias(values: [0, 0, 0], pixels: 1), residual: nil, rectifies: true,
        isLinear: isLinear)
    }
    let values = [8, 8, 1].map { FoldedNetwork.Value(origins: [0, 1], height: $0, width: $0) }
    let network = FoldedNetwork(
      values: values,
      nodes: [
        .init(layer("conv1", size: 8), input: 0, output: 1),
        .init(AveragePoolingLayer("avgpool", .init(channels: 3, height: 8, width: 8)), input: 1, output: 2),
        .init(layer("fc", size: 1, isLinear: true), input: 2, output: 2),
      ])
    let lines = FoldedTable(network).description.split(separator: "\n").map(String.init)
    func words(_ line: String) -> [Substring] { line.split(separator: " ") }
    #expect(words(lines[3]) == ["conv1", "1×1", "2", "3", "2", "33.3", "%", "128"])
    #expect(words(lines[4]) == ["fc", "1×1", "2", "3", "2", "33.3", "%", "2"])
    #expect(words(lines[6]) == ["total", "6", "4", "33.3", "%", "130"])
  }
}
