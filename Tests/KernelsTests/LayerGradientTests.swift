import Kernels
import TestSupport
import Testing

/// Gradients of the other layers against slopes, at odd sizes.
@Suite struct LayerGradientTests {
  /// 1 to 9 pixels high and wide, 1 to 17 channels, 16 to 64 lanes.
  static let shapes: [ActivationShape] = (0..<36).map { index in
    ActivationShape(
      channels: 1 + index * 5 % 17, height: 1 + index * 4 % 9, width: 1 + index * 7 % 9, lanes: 16 + index / 3 % 4 * 16)
  }

  private func count(_ shape: ActivationShape) -> Int { shape.lanes * shape.channels * shape.pixels }

  @Test(
    "Batch normalization's gradients are slopes", arguments: shapes, [NormalizationTail.none, .relu, .residualRelu])
  func batchNormalization(_ shape: ActivationShape, tail: NormalizationTail) {
    let scale = Formula.uniform("scale", count: shape.channels, scale: 0.5, offset: 1)
    let shift = Formula.uniform("shift", count: shape.channels, scale: 0.2)
    let input = signedByLane(shape)
    let residual = tail == .residualRelu ? Formula.uniform("residual", count: count(shape), scale: 0.2) : nil
    let weights = Formula.uniform("output gradient", count: count(shape), scale: 2)
    let direction = Formula.uniform("direction", count: count(shape), scale: 1)
    let channelDirection = Formula.uniform("direction", count: shape.channels, scale: 1)
    func run(_ input: [Float], _ residual: [Float]?, _ scale: [Float], _ shift: [Float]) -> [Float] {
      NormalizationCase(shape: shape, tail: tail, scale: scale, shift: shift)
        .forward(input: input, residual: residual).output
    }
    let gradient = NormalizationCase(shape: shape, tail: tail, scale: scale, shift: shift)
      .backward(input: input, residual: residual, outputGradient: weights)
    expectSlope(gradient.input, at: input, along: direction, step: 1 / 16, weights: weights) {
      run($0, residual, scale, shift)
    }
    expectSlope(gradient.scale, at: scale, along: channelDirection, step: 1 / 16, weights: weights) {
      run(input, residual, $0, shift)
    }
    expectSlope(gradient.shift, at: shift, along: channelDirection, step: 1 / 16, weights: weights) {
      run(input, residual, scale, $0)
    }
    if let residual {
      expectSlope(gradient.residual, at: residual, along: direction, step: 1 / 16, weights: weights) {
        run(input, $0, scale, shift)
      }
    }
  }

  @Test("Max pooling's gradient is the slope", arguments: shapes, [(3, 2, 1), (2, 2, 0), (3, 1, 1)])
  func maxPooling(
    _ shape: ActivationShape, _ window: (kernel: Int, stride: Int, padding: Int)
  ) {
    guard shape.height >= window.kernel - 2 * window.padding, shape.width >= window.kernel - 2 * window.padding else {
      return
    }
    let pooling = MaxPooling(shape, kernel: window.kernel, stride: window.stride, padding: window.padding)
    // A permutation of integers in every image and channel: a step of up to 0.25 leaves every winner in place.
    let input = (0..<count(shape)).map { Float(($0 % shape.pixels * 37 + $0 / shape.pixels * 11) % 83 - 41) }
    let weights = Formula.uniform("output gradient", count: count(pooling.output), scale: 2)
    let x = Activations(shape, input)
    let y = Activations(pooling.output)
    let yGradient = Activations(pooling.output, weights)
    let xGradient = Activations(shape)
    defer { keepAlive(x, y, yGradient, xGradient) }
    pooling.forward(x: x.pointer, y: y.pointer)
    pooling.backward(x: x.pointer, y: y.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer)
    let direction = Formula.uniform("direction", count: count(shape), scale: 0.25)
    expectSlope(xGradient.images, at: input, along: direction, step: 1, weights: weights) { input in
      let x = Activations(shape, input)
      defer { keepAlive(x) }
      pooling.forward(x: x.pointer, y: y.pointer)
      return y.images
    }
  }

  @Test("Average pooling's gradient is the slope", arguments: shapes)
  func averagePooling(_ shape: ActivationShape) {
    let pooling = AveragePooling(shape)
    let weights = Formula.uniform("output gradient", count: count(pooling.output), scale: 2)
    let yGradient = Activations(pooling.output, weights)
    let xGradient = Activations(shape)
    defer { keepAlive(yGradient, xGradient) }
    pooling.backward(yGradient: yGradient.pointer, xGradient: xGradient.pointer)
    expectSlope(
      xGradient.images, at: Formula.uniform("input", count: count(shape), scale: 2),
      along: Formula.uniform("direction", count: count(shape), scale: 2), step: 1, weights: weights
    ) { input in
      let x = Activations(shape, input)
      let y = Activations(pooling.output)
      defer { keepAlive(x, y) }
      pooling.forward(x: x.pointer, y: y.pointer)
      return y.images
    }
  }

  @Test(
    "The linear layer's gradients are slopes",
    arguments: [(1, 1), (7, 3), (16, 10), (17, 11), (64, 10), (130, 5), (512, 10)], [16, 32, 48, 64])
  func linear(_ size: (features: Int, outputs: Int), lanes: Int) {
    let linear = LinearCase(features: size.features, outputs: size.outputs, lanes: lanes)
    let input = Formula.uniform("input", count: lanes * size.features, scale: 2)
    let weight = Formula.uniform("weight", count: size.features * size.outputs, scale: 2)
    let bias = Formula.uniform("bias", count: size.outputs, scale: 2)
    let outputGradient = Formula.uniform("output gradient", count: lanes * size.outputs, scale: 2)
    let gradient = linear.weightGradient(input: input, outputGradient: outputGradient)
    let inputGradient = linear.inputGradient(weight: weight, outputGradient: outputGradient)
    func direction(_ x: [Float]) -> [Float] { Formula.uniform("direction", count: x.count, scale: 2) }
    expectSlope(inputGradient, at: input, along: direction(input), step: 1, weights: outputGradient) {
      linear.forward(weight: weight, bias: bias, input: $0)
    }
    expectSlope(gradient.weight, at: weight, along: direction(weight), step: 1, weights: outputGradient) {
      linear.forward(weight: $0, bias: bias, input: input)
    }
    expectSlope(gradient.bias, at: bias, along: direction(bias), step: 1, weights: outputGradient) {
      linear.forward(weight: weight, bias: $0, input: input)
    }
  }

  @Test("Cross-entropy's gradient is the slope", arguments: [2, 3, 10, 17], [16, 32, 48, 64])
  func crossEntropy(classes: Int, lanes: Int) {
    let shape = ActivationShape(channels: classes, height: 1, width: 1, lanes: lanes)
    let labels = Formula.integers("labels", count: lanes, bound: classes + 1).map { Int32($0 - 1) }
    let images = labels.count { $0 >= 0 }
    for smoothing: Float in [0, 0.1, 0.9] {
      let lossFunction = SoftmaxCrossEntropy(classes: classes, lanes: lanes, labelSmoothing: smoothing)
      let gradient = Activations(shape)
      var predictions = [Int32](repeating: 0, count: lanes)
      func losses(_ logits: [Float]) -> [Float] {
        let logits = Activations(shape, logits)
        defer { keepAlive(logits, gradient) }
        var losses = [Float](repeating: .nan, count: lanes)
        lossFunction(
          logits: logits.pointer, labels: labels, losses: &losses, predictions: &predictions, gradient: gradient.pointer
        )
        return losses
      }
      let logits = Formula.uniform("logits", count: lanes * classes, scale: 8)
      _ = losses(logits)
      expectSlope(
        gradient.images, at: logits, along: Formula.uniform("direction", count: lanes * classes, scale: 1),
        step: 1 / 16, weights: [Float](repeating: 1 / Float(images), count: lanes), of: losses)
    }
  }

  /// Magnitudes of 1 to 1.5 with one sign in even and the other in odd lanes: the normalized values are so far from zero that
  /// no step moves one across the ReLU's kink.
  private func signedByLane(_ shape: ActivationShape) -> [Float] {
    let values = Formula.uniform("input", count: count(shape), scale: 0.5, offset: 1.25)
    return values.enumerated().map { $0 / (shape.channels * shape.pixels) % 2 == 0 ? $1 : -$1 }
  }
}
