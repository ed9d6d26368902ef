import Kernels
import Testing

/// A batch normalization run on tensors in PyTorch's order (N×C×H×W).
struct NormalizationCase {
  struct Forward {
    let output: [Float]
    let mean: [Float]
    /// Biased.
    let variance: [Float]
  }

  struct Backward {
    let input: [Float]
    /// The gradient in front of the ReLU, which is the residual's.
    let residual: [Float]
    let scale: [Float]
    let shift: [Float]
  }

  let shape: ActivationShape
  let tail: NormalizationTail
  let scale: [Float]
  let shift: [Float]

  private var normalization: BatchNormalization { BatchNormalization(shape, tail: tail) }

  private func activations(_ images: [Float]?) -> Activations? { images.map { Activations(shape, $0) } }

  func forward(input: [Float], residual: [Float]?) -> Forward {
    let result = train(Activations(shape, input), activations(residual))
    #expect(result.y.marginsAreUntouched)
    return Forward(output: result.y.images, mean: result.mean, variance: result.variance)
  }

  func evaluate(input: [Float], residual: [Float]?, mean: [Float], variance: [Float]) -> [Float] {
    let x = Activations(shape, input)
    let residual = activations(residual) ?? x
    let y = Activations(shape)
    defer { keepAlive(x, residual, y) }
    normalization.forward(
      x: x.pointer, residual: residual.pointer, scale: scale, shift: shift, runningMean: mean,
      runningVariance: variance,
      y: y.pointer)
    #expect(y.marginsAreUntouched)
    return y.images
  }

  /// - Parameters:
  ///   - inPlace: whether the input's gradient replaces the output's.
  ///   - sum: what the gradients of scale and shift are added to; nil for none.
  func backward(
    input: [Float], residual: [Float]?, outputGradient: [Float], inPlace: Bool = false, addingTo sum: Float? = nil
  ) -> Backward {
    let x = Activations(shape, input)
    let forward = train(x, activations(residual))
    let yGradient = Activations(shape, outputGradient)
    let xGradient = inPlace ? yGradient : Activations(shape)
    var scaleGradient = [Float](repeating: sum ?? .nan, count: shape.channels)
    var shiftGradient = scaleGradient
    defer { keepAlive(x, forward.y, yGradient, xGradient) }
    normalization.backward(
      x: x.pointer, y: forward.y.pointer, scale: scale, mean: forward.mean, variance: forward.variance,
      yGradient: yGradient.pointer, xGradient: xGradient.pointer, scaleGradient: &scaleGradient,
      shiftGradient: &shiftGradient, adding: sum != nil)
    #expect(xGradient.marginsAreUntouched && yGradient.marginsAreUntouched)
    return Backward(
      input: xGradient.images, residual: yGradient.images, scale: scaleGradient, shift: shiftGradient)
  }

  private func train(
    _ x: Activations, _ residual: Activations?
  ) -> (y: Activations, mean: [Float], variance: [Float]) {
    let residual = residual ?? x
    let y = Activations(shape)
    var mean = [Float](repeating: .nan, count: shape.channels)
    var variance = mean
    defer { keepAlive(x, residual, y) }
    normalization.forward(
      x: x.pointer, residual: residual.pointer, scale: scale, shift: shift, mean: &mean, variance: &variance,
      y: y.pointer)
    return (y, mean, variance)
  }
}
