import Kernels
import TestSupport
import Testing

/// The linear layer against PyTorch's, on the recorded 16 images and on the same several times over.
@Suite struct LinearGoldenTests {
  private let golden: Golden
  private static let images = 16

  init() throws { golden = try Golden("layers") }

  @Test("Outputs and gradients are PyTorch's", arguments: [(64, 10), (7, 3), (1, 1)], [16, 32, 48, 64])
  func golden(_ size: (features: Int, classes: Int), lanes: Int) throws {
    let name = "linear/f\(size.features)c\(size.classes)"
    let linear = LinearCase(features: size.features, outputs: size.classes, lanes: lanes)
    let input = Formula.uniform("\(name)/input", count: Self.images * size.features, scale: 2)
    let weight = Formula.uniform("\(name)/weight", count: size.features * size.classes, scale: 1)
    let bias = Formula.uniform("\(name)/bias", count: size.classes, scale: 1)
    let outputGradient = Formula.uniform("\(name)/output-gradient", count: Self.images * size.classes, scale: 2)

    let output = linear.forward(weight: weight, bias: bias, input: input)
    #expect(repeats(output, every: outputGradient.count, byOpenBLAS: true))
    try golden.expect("\(name)/output", Array(output.prefix(outputGradient.count)))

    let inputGradient = linear.inputGradient(weight: weight, outputGradient: outputGradient)
    #expect(repeats(inputGradient, every: input.count, byOpenBLAS: true))
    try golden.expect("\(name)/input-gradient", Array(inputGradient.prefix(input.count)))

    let copies = Float(lanes / Self.images)
    let gradients = linear.weightGradient(input: input, outputGradient: outputGradient)
    try golden.expect("\(name)/weight-gradient", gradients.weight.map { $0 / copies })
    try golden.expect("\(name)/bias-gradient", gradients.bias.map { $0 / copies })
    let added = linear.weightGradient(input: input, outputGradient: outputGradient, addingTo: 0.3)
    #expect(added.weight == gradients.weight.map { 0.3 + $0 } && added.bias == gradients.bias.map { 0.3 + $0 })
  }
}
