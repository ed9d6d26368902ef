import Kernels
import Testing

/// The choice between dense and sparse kernels.
@Suite struct SparsityRuleTests {
  /// The convolutions of both ResNet18s, and a linear layer.
  static let shapes = [
    (3, 64, 7, 2, 32), (3, 64, 3, 1, 32), (64, 64, 3, 1, 32), (64, 64, 3, 1, 8), (64, 128, 3, 2, 8),
    (64, 128, 1, 2, 8), (128, 128, 3, 1, 4), (128, 256, 3, 2, 4), (128, 256, 1, 2, 4), (256, 256, 3, 1, 2),
    (256, 512, 3, 2, 2), (256, 512, 1, 2, 2), (512, 512, 3, 1, 1), (512, 512, 3, 1, 4), (512, 10, 1, 1, 1),
  ].map { inputs, outputs, kernel, stride, size in
    ConvolutionShape(
      inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
      inputHeight: size, inputWidth: size)
  }

  /// The first `count` of every 200 places of each tap.
  private func pattern(_ shape: ConvolutionShape, perTwoHundred count: Int) -> SparsePattern {
    let block = shape.inputChannels * shape.outputChannels
    let positions = (0..<Int32(block)).filter { Int($0) % 200 < count }
    return SparsePattern(shape: shape, positions: [[Int32]](repeating: positions, count: shape.taps))
  }

  @Test("What is empty is sparse, what is whole dense, and between them lies one density", arguments: shapes)
  func monotone(_ shape: ConvolutionShape) {
    for operation in ConvolutionOperation.allCases {
      let choices = stride(from: 0, through: 200, by: 4).map {
        SparsityRule.prefersSparse(operation, pattern(shape, perTwoHundred: $0))
      }
      #expect(choices.first == true && choices.last == false, "\(operation)")
      #expect(zip(choices, choices.dropFirst()).count { $0 != $1 } == 1, "\(operation)")
      #expect(choices[1], "\(operation) at 2 %")
    }
  }

  @Test("Survivors of dead taps count for nothing")
  func deadTaps() {
    let shape = ConvolutionShape(
      inputChannels: 512, outputChannels: 512, kernel: 3, stride: 1, padding: 1, inputHeight: 1, inputWidth: 1)
    var positions = [[Int32]](repeating: Array(0..<Int32(512 * 512)), count: 9)
    positions[4] = []
    let pattern = SparsePattern(shape: shape, positions: positions)
    #expect(pattern.density == 0 && pattern.liveCount == 0 && pattern.count == 8 * 512 * 512)
    #expect(ConvolutionOperation.allCases.allSatisfy { SparsityRule.prefersSparse($0, pattern) })
  }
}
