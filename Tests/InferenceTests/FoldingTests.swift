import Inference
import Kernels
import Networks
import Testing

/// What cannot be folded is named, and nothing traps.
struct FoldingTests {
  private static let image = NetworkGraph.Value(channels: 3, height: 8, width: 8)

  private static func convolution(_ name: String) -> (NetworkGraph.Value) -> any Layer {
    { ConvolutionLayer(name, $0, channels: 4, kernel: 3, padding: 1) }
  }

  private static func error(_ build: (inout NetworkGraph) -> Void) -> FoldingError? {
    var graph = NetworkGraph(image: image)
    build(&graph)
    return #expect(throws: FoldingError.self) { try FoldedNetwork(emptyOf: graph) }
  }

  @Test func aConvolutionWithoutANormalization() {
    let error = Self.error { graph in
      let x = graph.append(0, layer: Self.convolution("conv1"))
      _ = graph.append(x) { AveragePoolingLayer("avgpool", $0) }
    }
    #expect(error?.layer == "conv1")
  }

  @Test func aConvolutionAtTheEnd() {
    let error = Self.error { graph in _ = graph.append(0, layer: Self.convolution("conv1")) }
    #expect(error?.layer == "conv1")
  }

  @Test func aConvolutionThatTwoRead() {
    let error = Self.error { graph in
      let x = graph.append(0, layer: Self.convolution("conv1"))
      let y = graph.append(x) { BatchNormalizationLayer("bn1", $0, .relu) }
      let z = graph.append(y, layer: Self.convolution("conv2"))
      _ = graph.append(z, x) { BatchNormalizationLayer("bn2", $0, .residualRelu) }
    }
    #expect(error?.layer == "conv1")
  }

  @Test func aNormalizationOfSomethingElse() {
    let error = Self.error { graph in _ = graph.append(0) { BatchNormalizationLayer("bn1", $0, .relu) } }
    #expect(error?.layer == "bn1" && error?.description.hasPrefix("bn1 cannot be folded for inference: ") == true)
  }

  @Test func aLayerThatInferenceDoesNotKnow() {
    let error = Self.error { graph in _ = graph.append(0) { Unknown(name: "odd", output: $0) } }
    #expect(error?.layer == "odd")
  }

  private struct Unknown: Layer {
    let name: String
    let output: NetworkGraph.Value
    var gradientRule: GradientRule { .inPlace }
    func bind(to workspace: LayerWorkspace) -> BoundLayer {
      BoundLayer(forward: { _ in }, backward: { _ in })
    }
  }
}
