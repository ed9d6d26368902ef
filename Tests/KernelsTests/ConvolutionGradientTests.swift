import Kernels
import TestSupport
import Testing

/// A convolution is linear in its input and in its weights: the gradient along a direction is the convolution of it.
@Suite struct ConvolutionGradientTests {
  @Test("The input's gradient is the slope", arguments: ConvolutionSpread.cases)
  func inputGradient(_ convolution: ConvolutionCase) {
    let weights = Formula.uniform("weights", count: convolution.shape.weights, scale: 2)
    let outputGradient = Formula.uniform("output gradient", count: convolution.outputCount, scale: 2)
    expectSlope(
      convolution.inputGradient(weights: weights, outputGradient: outputGradient),
      at: Formula.uniform("input", count: convolution.inputCount, scale: 2),
      along: Formula.uniform("direction", count: convolution.inputCount, scale: 2), step: 1, weights: outputGradient
    ) { convolution.forward(weights: weights, input: $0) }
  }

  @Test("The weights' gradient is the slope", arguments: ConvolutionSpread.cases)
  func weightGradient(_ convolution: ConvolutionCase) {
    let input = Formula.uniform("input", count: convolution.inputCount, scale: 2)
    let outputGradient = Formula.uniform("output gradient", count: convolution.outputCount, scale: 2)
    expectSlope(
      convolution.weightGradient(input: input, outputGradient: outputGradient),
      at: Formula.uniform("weights", count: convolution.shape.weights, scale: 2),
      along: Formula.uniform("direction", count: convolution.shape.weights, scale: 2), step: 1, weights: outputGradient
    ) { convolution.forward(weights: $0, input: input) }
  }
}
