import Kernels
import TestSupport
import Testing

/// Convolutions against PyTorch's, on the recorded 16 images and on the same images several times over.
@Suite struct ConvolutionGoldenTests {
  private let golden: Golden

  init() throws { golden = try Golden("layers") }

  @Test("Outputs and gradients are PyTorch's", arguments: GoldenConvolution.all, [16, 32, 48, 64])
  func golden(_ recorded: GoldenConvolution, lanes: Int) throws {
    let shape = ConvolutionShape(
      inputChannels: recorded.inputs, outputChannels: recorded.outputs, kernel: recorded.kernel,
      stride: recorded.stride, padding: recorded.padding, inputHeight: recorded.size,
      inputWidth: recorded.size)
    let weight = recorded.weight
    let input = recorded.input
    let outputGradient = recorded.outputGradient

    for backend in ConvolutionBackend.allCases where backend.suits(shape) {
      let convolution = ConvolutionCase(shape, lanes: lanes, backend: backend)
      let output = convolution.forward(weights: weight, input: input)
      #expect(repeats(output, every: outputGradient.count))
      try golden.expect("\(recorded)/output", Array(output.prefix(outputGradient.count)))

      let inputGradient = convolution.inputGradient(weights: weight, outputGradient: outputGradient)
      #expect(repeats(inputGradient, every: input.count))
      try golden.expect("\(recorded)/input-gradient", Array(inputGradient.prefix(input.count)))

      let copies = Float(lanes / GoldenConvolution.images)
      let weightGradient = convolution.weightGradient(input: input, outputGradient: outputGradient).map { $0 / copies }
      try golden.expect("\(recorded)/weight-gradient", weightGradient)
    }
  }
}
