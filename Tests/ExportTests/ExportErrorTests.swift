import Export
import Inference
import Kernels
import Networks
import TestSupport
import Testing

/// An operation that a format has nothing for is named.
struct ExportErrorTests {
  private static let network = FoldedNetwork(
    values: [8, 8].map { .init(origins: [0, 1, 2], height: $0, width: $0) },
    nodes: [.init(Odd(name: "odd"), input: 0, output: 1)])

  @Test func onnx() {
    #expect(throws: ExportError(layer: "odd", format: "ONNX")) {
      try ONNXModel(Self.network, description: "", version: "1", metadata: [])
    }
  }

  @Test func c() {
    #expect(throws: ExportError(layer: "odd", format: "C")) {
      try CModel(Self.network, name: "net", title: "", normalization: CompiledC.normalization)
    }
  }

  @Test func packed() {
    let error = #expect(throws: PackedModelError.self) { try PackedModel(Self.network, .resnet8, values: .fp32) }
    #expect(error?.problem == .anotherArchitecture("resnet8"))
  }

  /// Does nothing at all.
  private struct Odd: FoldedOperation {
    let name: String

    func constants(
      _ constants: ConstantChannels, _ node: FoldedNetwork.Node, in network: FoldedNetwork
    ) -> ConstantOutput { ConstantOutput(maps: constants.maps[node.input]) }
    func laneStep(_ workspace: LaneWorkspace) -> LaneStep { {} }
    func pixelStep(_ workspace: PixelWorkspace) -> PixelStep { { _ in } }
  }
}
