import Kernels
import TestSupport
import Testing

/// Max and average pooling against PyTorch's, on the recorded 16 images and on the same several times over.
@Suite struct PoolingGoldenTests {
  private let golden: Golden
  private static let images = 16
  private static let channels = 3

  init() throws { golden = try Golden("layers") }

  @Test(
    "Max pooling is PyTorch's, and of equal values the first takes the gradient", arguments: Array(1...9),
    [16, 32, 48, 64])
  func maxPooling(size: Int, lanes: Int) throws {
    let shape = ActivationShape(channels: Self.channels, height: size, width: size, lanes: lanes)
    let pooling = MaxPooling(shape, kernel: 3, stride: 2, padding: 1)
    let count = Self.images * Self.channels * size * size
    let outputCount = Self.images * Self.channels * pooling.output.pixels
    for form in ["distinct", "ties"] {
      let name = "max-pooling/\(form)-h\(size)"
      let input =
        form == "ties"
        ? Formula.integers("\(name)/input", count: count, bound: 3).map { Float($0 - 1) }
        : Formula.uniform("\(name)/input", count: count, scale: 2)
      let x = Activations(shape, input)
      let y = Activations(pooling.output)
      pooling.forward(x: x.pointer, y: y.pointer)
      #expect(y.marginsAreUntouched && repeats(y.images, every: outputCount))
      try golden.expect("\(name)/output", Array(y.images.prefix(outputCount)))

      let outputGradient = Formula.uniform("\(name)/output-gradient", count: outputCount, scale: 2)
      let xGradient = Activations(shape)
      let yGradient = Activations(pooling.output, outputGradient)
      defer { keepAlive(x, y, xGradient, yGradient) }
      pooling.backward(x: x.pointer, y: y.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer)
      #expect(xGradient.marginsAreUntouched && repeats(xGradient.images, every: count))
      try golden.expect("\(name)/input-gradient", Array(xGradient.images.prefix(count)))
    }
  }

  @Test("Average pooling is PyTorch's", arguments: [1, 2, 5, 8], [16, 32, 48, 64])
  func averagePooling(size: Int, lanes: Int) throws {
    let name = "average-pooling/h\(size)"
    let shape = ActivationShape(channels: Self.channels, height: size, width: size, lanes: lanes)
    let pooling = AveragePooling(shape)
    let count = Self.images * Self.channels * size * size
    let outputCount = Self.images * Self.channels
    let x = Activations(shape, Formula.uniform("\(name)/input", count: count, scale: 2))
    let y = Activations(pooling.output)
    pooling.forward(x: x.pointer, y: y.pointer)
    #expect(y.marginsAreUntouched && repeats(y.images, every: outputCount))
    try golden.expect("\(name)/output", Array(y.images.prefix(outputCount)))

    let outputGradient = Formula.uniform("\(name)/output-gradient", count: outputCount, scale: 2)
    let xGradient = Activations(shape)
    let yGradient = Activations(pooling.output, outputGradient)
    defer { keepAlive(x, y, xGradient, yGradient) }
    pooling.backward(yGradient: yGradient.pointer, xGradient: xGradient.pointer)
    #expect(xGradient.marginsAreUntouched && repeats(xGradient.images, every: count))
    try golden.expect("\(name)/input-gradient", Array(xGradient.images.prefix(count)))
  }
}
