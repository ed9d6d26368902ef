/// Convolution by `cblas_sgemm`: one product a tap and output row (a tap and pixel where the stride is not 1), reading
/// activations where they lie and skipping padding.
///
/// With fewer input channels than a vector has lanes (a stem) such products are too thin, and all taps of an output row become one product
/// instead: see ``ImageColumns``.
final class ConvolutionBLAS: ConvolutionAlgorithm {
  private let shape: ConvolutionShape
  private let tapOffsets: [Int]
  private let input: ActivationShape
  private let output: ActivationShape
  private let forwardProducts: TapProductList
  private let inputGradientProducts: TapProductList
  /// The forward products by tap, for the weight gradient.
  private let productsByTap: [[TapProduct]]
  private let columns: ImageColumns?

  init(_ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int]) {
    // Threads would cut sums elsewhere, depending on how many there are, and with them the bits.
    OpenBLAS.useOneThread()
    self.shape = shape
    self.tapOffsets = tapOffsets
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    let meetings = TapMeeting.all(of: shape)
    let forward = TapProductList(
      meetings: meetings.map { ($0.tap, $0.inputPixel, $0.outputPixel) }, width: output.width, height: output.height)
    forwardProducts = forward
    inputGradientProducts = TapProductList(
      meetings: meetings.map { ($0.tap, $0.outputPixel, $0.inputPixel) }, width: input.width, height: input.height)
    productsByTap = (0..<shape.taps).map { tap in forward.products.filter { $0.tap == tap } }
    columns = shape.inputChannels < vectorWidth ? ImageColumns(shape, lanes: lanes) : nil
  }

  func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool
  ) {
    if let columns {
      columns.forward(weights: weights, tapOffsets: tapOffsets, x: x, y: y)
      return
    }
    forwardProducts.run(
      rows: shape.outputChannels, depth: shape.inputChannels, lanes: output.lanes,
      weights: { MatrixFactor(elements: weights + tapOffsets[$0], stride: shape.inputChannels) },
      source: x, sourceStride: input.channelStride, result: y, resultStride: output.channelStride, adding: false)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    inputGradientProducts.run(
      rows: shape.inputChannels, depth: shape.outputChannels, lanes: input.lanes,
      weights: { MatrixFactor(elements: weights + tapOffsets[$0], stride: shape.inputChannels, transposed: true) },
      source: yGradient, sourceStride: output.channelStride, result: xGradient, resultStride: input.channelStride,
      adding: adding)
  }

  var scratchCount: Int { shape.outputChannels * shape.inputChannels * (columns == nil ? 1 : shape.taps) }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if let columns {
      columns.weightGradient(
        x: x, yGradient: yGradient, weightGradient: weightGradient, tapOffsets: tapOffsets, adding: adding,
        scratch: scratch)
      return
    }
    let lanes = output.lanes
    for tap in 0..<shape.taps {
      // What is added must be the whole sum, not one product after the other.
      let block = weightGradient + tapOffsets[tap]
      let sum = adding ? scratch : block
      for (index, product) in productsByTap[tap].enumerated() {
        multiplyMatrices(
          MatrixFactor(elements: yGradient + product.destination * lanes, stride: output.channelStride),
          MatrixFactor(elements: x + product.source * lanes, stride: input.channelStride, transposed: true),
          rows: shape.outputChannels, columns: shape.inputChannels, depth: product.pixels * lanes, into: sum,
          stride: shape.inputChannels, adding: index > 0)
      }
      if adding && !productsByTap[tap].isEmpty {
        addFloats(sum, to: block, count: shape.outputChannels * shape.inputChannels)
      }
    }
  }
}
