/// Convolution by register tiles that read weights and activations where they lie.
final class ConvolutionTiles: ConvolutionAlgorithm {
  private let shape: ConvolutionShape
  private let lanes: Int
  private let input: ActivationShape
  private let output: ActivationShape
  private let forwardPlan: ProductPlan
  private let inputGradientPlan: ProductPlan
  private let weightGradient: ConvolutionWeightGradient

  init(_ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int]) {
    self.shape = shape
    self.lanes = lanes
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)

    let meetings = TapMeeting.all(of: shape)
    var forward = (0..<output.pixels).map { (result: $0 * lanes, runs: [TileRun]()) }
    var backward = (0..<input.pixels).map { (result: $0 * lanes, runs: [TileRun]()) }
    for meeting in meetings {
      let weights = tapOffsets[meeting.tap]
      forward[meeting.outputPixel].runs.append(
        TileRun(scalars: weights, lanes: meeting.inputPixel * lanes, count: shape.inputChannels))
      backward[meeting.inputPixel].runs.append(
        TileRun(scalars: weights, lanes: meeting.outputPixel * lanes, count: shape.outputChannels))
    }
    forwardPlan = ProductPlan(products: forward, stepStride: 1, laneStride: input.channelStride)
    inputGradientPlan = ProductPlan(
      products: backward, stepStride: shape.inputChannels, laneStride: output.channelStride)
    weightGradient = ConvolutionWeightGradient(shape, lanes: lanes, tapOffsets: tapOffsets, meetings: meetings)
  }

  func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool
  ) {
    forwardPlan.run(
      rows: shape.outputChannels, columns: lanes,
      operands: TileOperands(
        scalars: weights, rowStride: shape.inputChannels, stepStride: 1, lanes: x, laneStride: input.channelStride),
      result: y, resultStride: output.channelStride, adding: false)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    inputGradientPlan.run(
      rows: shape.inputChannels, columns: lanes,
      operands: TileOperands(
        scalars: weights, rowStride: 1, stepStride: shape.inputChannels, lanes: yGradient,
        laneStride: output.channelStride),
      result: xGradient, resultStride: input.channelStride, adding: adding)
  }

  var scratchCount: Int { weightGradient.scratchCount }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.weightGradient.run(
      x: x, yGradient: yGradient, weightGradient: weightGradient, adding: adding, scratch: scratch)
  }
}
