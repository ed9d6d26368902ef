import Kernels
import TestSupport
import Testing

/// A pruned linear layer against its definition, computed in `Double`.
@Suite struct PrunedLinearTests {
  @Test(
    "Every element is the sum of the survivors' products, and gradients are slopes",
    arguments: [(1, 1), (7, 3), (64, 10), (130, 5), (512, 10)], PrunedShape.laneCounts)
  func definition(_ size: (features: Int, outputs: Int), lanes: Int) {
    let (features, outputs) = size
    let shape = ConvolutionShape(
      inputChannels: features, outputChannels: outputs, kernel: 1, stride: 1, padding: 0, inputHeight: 1, inputWidth: 1)
    let input = Formula.uniform("input", count: lanes * features, scale: 2)
    let weight = Formula.uniform("weight", count: features * outputs, scale: 2)
    let bias = Formula.uniform("bias", count: outputs, scale: 2)
    let outputGradient = Formula.uniform("output gradient", count: lanes * outputs, scale: 2)
    for choice in [SurvivorChoice.none, .one, .twoPercent, .half, .ninetyPercent, .all, .noOddOutputs] {
      let survivors = choice.pattern(shape).positions[0]
      let linear = LinearCase(features: features, outputs: outputs, lanes: lanes, survivors: survivors)
      var output = ProductSums((0..<lanes * outputs).map { bias[$0 % outputs] })
      var inputGradient = ProductSums([Float](repeating: 0, count: lanes * features))
      var weightGradient = ProductSums([Float](repeating: 0, count: survivors.count))
      for lane in 0..<lanes {
        for (number, place) in survivors.enumerated() {
          let (x, y) = (lane * features + Int(place) % features, lane * outputs + Int(place) / features)
          output.add(weight[Int(place)], input[x], to: y)
          inputGradient.add(weight[Int(place)], outputGradient[y], to: x)
          weightGradient.add(input[x], outputGradient[y], to: number)
        }
      }
      let gradient = linear.weightGradient(input: input, outputGradient: outputGradient)
      output.expect(linear.forward(weight: weight, bias: bias, input: input), "\(choice), output")
      inputGradient.expect(
        linear.inputGradient(weight: weight, outputGradient: outputGradient), "\(choice), input gradient")
      weightGradient.expect(gradient.weight, "\(choice), weight gradient")
      let added = linear.weightGradient(input: input, outputGradient: outputGradient, addingTo: 0.3)
      #expect(added.weight == gradient.weight.map { 0.3 + $0 } && added.bias == gradient.bias.map { 0.3 + $0 })
      expectSlope(
        gradient.weight, at: survivors.map { weight[Int($0)] },
        along: Formula.uniform("direction", count: survivors.count, scale: 2), step: 1, weights: outputGradient
      ) { values in
        var weight = weight
        for (place, value) in zip(survivors, values) { weight[Int(place)] = value }
        return linear.forward(weight: weight, bias: bias, input: input)
      }
    }
  }
}
