import Kernels
import Testing

/// A linear layer run on tensors in PyTorch's order (N×features, classes×features).
struct LinearCase {
  let features: Int
  let outputs: Int
  let lanes: Int
  /// Of a pruned layer, what is left; the other weights are not looked at.
  var survivors: [Int32]?

  /// The weight and its gradient begin here, behind values that are nobody's.
  private static let weightOffset = 5

  private var linear: Linear {
    Linear(features: features, outputs: outputs, lanes: lanes, weightOffset: Self.weightOffset, survivors: survivors)
  }

  private var input: ActivationShape { ActivationShape(channels: features, height: 1, width: 1, lanes: lanes) }
  private var output: ActivationShape { ActivationShape(channels: outputs, height: 1, width: 1, lanes: lanes) }

  func forward(weight: [Float], bias: [Float], input images: [Float]) -> [Float] {
    let x = Activations(input, images)
    let y = Activations(output)
    let weight = placed(weight)
    defer { keepAlive(x, y, weight) }
    linear.forward(weights: weight.pointer, bias: bias, x: x.pointer, y: y.pointer)
    #expect(y.marginsAreUntouched)
    return y.images
  }

  func inputGradient(weight: [Float], outputGradient: [Float]) -> [Float] {
    let yGradient = Activations(output, outputGradient)
    let xGradient = Activations(input)
    let weight = placed(weight)
    defer { keepAlive(yGradient, xGradient, weight) }
    linear.inputGradient(weights: weight.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer)
    #expect(xGradient.marginsAreUntouched)
    return xGradient.images
  }

  /// Of a pruned layer, the survivors' gradients.
  func weightGradient(
    input images: [Float], outputGradient: [Float], addingTo sum: Float? = nil
  ) -> (weight: [Float], bias: [Float]) {
    let linear = linear
    let x = Activations(input, images)
    let yGradient = Activations(output, outputGradient)
    let weight = placed([Float](repeating: sum ?? .nan, count: features * outputs))
    var bias = [Float](repeating: sum ?? .nan, count: outputs)
    let scratch = AlignedBuffer(count: linear.scratchCount)
    scratch.elements.update(repeating: .nan)
    defer { keepAlive(x, yGradient, weight, scratch) }
    linear.weightGradient(
      x: x.pointer, yGradient: yGradient.pointer, weightGradient: weight.pointer, biasGradient: &bias,
      adding: sum != nil, scratch: scratch.pointer)
    #expect(weight[0..<Self.weightOffset].allSatisfy { $0.isNaN }, "what lies before the weight is left alone")
    return (Array(weight[Self.weightOffset..<weight.count]), bias)
  }

  private func placed(_ weight: [Float]) -> AlignedBuffer {
    let weight = survivors.map { $0.map { weight[Int($0)] } } ?? weight
    let buffer = AlignedBuffer(count: Self.weightOffset + weight.count)
    for index in 0..<Self.weightOffset { buffer.pointer[index] = .nan }
    for (index, value) in weight.enumerated() { buffer.pointer[Self.weightOffset + index] = value }
    return buffer
  }
}
