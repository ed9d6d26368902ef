import Kernels
import TestSupport
import Testing

/// Softmax cross-entropy against PyTorch's, and what PyTorch has no word for: lanes without an image.
@Suite struct SoftmaxCrossEntropyTests {
  struct Result {
    var losses: [Float]
    var predictions: [Int32]
    /// N×classes.
    var gradient: [Float]
  }

  private static let images = 16
  private static let classes = 10

  private func run(logits images: [Float], labels: [Int32], smoothing: Float) -> Result {
    let shape = ActivationShape(channels: Self.classes, height: 1, width: 1, lanes: labels.count)
    let logits = Activations(shape, images)
    let gradient = Activations(shape)
    defer { keepAlive(logits, gradient) }
    let lossFunction = SoftmaxCrossEntropy(classes: Self.classes, lanes: labels.count, labelSmoothing: smoothing)
    var losses = [Float](repeating: .nan, count: labels.count)
    var predictions = [Int32](repeating: -1, count: labels.count)
    lossFunction(
      logits: logits.pointer, labels: labels, losses: &losses, predictions: &predictions, gradient: gradient.pointer)
    #expect(gradient.marginsAreUntouched)
    return Result(losses: losses, predictions: predictions, gradient: gradient.images)
  }

  @Test(
    "Loss and gradient are PyTorch's", arguments: [("plain", 8, 0), ("smoothed", 8, 0.1), ("large", 400, 0.1)],
    [16, 32, 48, 64])
  func golden(_ form: (name: String, scale: Double, smoothing: Float), lanes: Int) throws {
    let golden = try Golden("layers")
    let name = "cross-entropy/\(form.name)"
    let logits = Formula.uniform("\(name)/logits", count: Self.images * Self.classes, scale: form.scale)
    let labels = Formula.integers("\(name)/labels", count: Self.images, bound: Self.classes)
    let result = run(
      logits: logits, labels: (0..<lanes).map { Int32(labels[$0 % Self.images]) }, smoothing: form.smoothing)
    try golden.expect("\(name)/loss", [result.losses.reduce(0, +) / Float(lanes)])
    let copies = Float(lanes / Self.images)
    let gradient = result.gradient.prefix(logits.count).map { $0 * copies }
    try golden.expect("\(name)/gradient", gradient)
    #expect(repeats(result.gradient, every: logits.count))

    let largest = (0..<Self.images).map { image in
      let row = logits[image * Self.classes..<(image + 1) * Self.classes]
      return row.indices.max { row[$0] < row[$1] }.map { Int32($0 - row.startIndex) }
    }
    #expect(result.predictions.enumerated().allSatisfy { $1 == largest[$0 % Self.images] })
  }

  @Test("A lane without an image has no loss and no gradient, and counts for nothing")
  func emptyLanes() {
    let logits = Formula.uniform("logits", count: 32 * Self.classes, scale: 8)
    let labels = Formula.integers("labels", count: 32, bound: Self.classes).map(Int32.init)
    let half = run(logits: logits, labels: Array(labels[0..<16]), smoothing: 0.1)
    let whole = run(logits: logits, labels: Array(labels[0..<16]) + [Int32](repeating: -1, count: 16), smoothing: 0.1)
    #expect(whole.losses == half.losses + [Float](repeating: 0, count: 16))
    #expect(whole.gradient == half.gradient + [Float](repeating: 0, count: 16 * Self.classes))
    let none = run(logits: logits, labels: [Int32](repeating: -1, count: 16), smoothing: 0)
    #expect(none.losses.allSatisfy { $0 == 0 } && none.gradient.allSatisfy { $0 == 0 })
  }

  @Test("Of equal logits the first is predicted")
  func ties() {
    let logits = (0..<16).flatMap { image in (0..<Self.classes).map { $0 >= image % Self.classes ? 1 as Float : 0 } }
    let result = run(logits: logits, labels: [Int32](repeating: 0, count: 16), smoothing: 0)
    #expect(result.predictions == (0..<16).map { Int32($0 % Self.classes) })
  }

  @Test("Without a gradient the losses are the same")
  func withoutGradient() {
    let shape = ActivationShape(channels: Self.classes, height: 1, width: 1, lanes: 16)
    let logits = Formula.uniform("logits", count: 16 * Self.classes, scale: 8)
    let labels = [Int32](repeating: 3, count: 16)
    let activations = Activations(shape, logits)
    defer { keepAlive(activations) }
    var losses = [Float](repeating: .nan, count: 16)
    var predictions = [Int32](repeating: -1, count: 16)
    SoftmaxCrossEntropy(classes: Self.classes, lanes: 16)(
      logits: activations.pointer, labels: labels, losses: &losses, predictions: &predictions, gradient: nil)
    #expect(losses == run(logits: logits, labels: labels, smoothing: 0).losses)
  }
}
