/// A convolution of one shape at one microbatch size: forward, input gradient and weight gradient.
///
/// Weights lie as one `[O][I]` block a tap, at offsets that the caller names, so that dead taps need not lie among the live
/// ones. Taps that meet only padding are never computed.
public final class Convolution: Sendable {
  public let shape: ConvolutionShape
  public let lanes: Int
  /// Offset of each tap's `[O][I]` block, in floats.
  private let tapOffsets: [Int]
  private let input: ActivationShape
  private let output: ActivationShape
  private let forwardPlan: ProductPlan
  private let inputGradientPlan: ProductPlan
  private let weightGradient: ConvolutionWeightGradient

  /// - Parameters:
  ///   - lanes: the images of a microbatch, a multiple of 16.
  ///   - tapOffsets: for each tap, row by row of the kernel, where its block begins in the buffers that hold weights and
  ///     weight gradients.
  public init(_ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int]) {
    precondition(tapOffsets.count == shape.taps, "\(shape.taps) taps need as many offsets, not \(tapOffsets.count)")
    self.shape = shape
    self.lanes = lanes
    self.tapOffsets = tapOffsets
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

  /// `y = W ∗ x`.
  ///
  /// - Parameters:
  ///   - weights: what `tapOffsets` count from.
  ///   - x: `[I][height][width][lane]`.
  ///   - y: `[O][height'][width'][lane]`, overwritten.
  public func forward(weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    forwardPlan.run(
      rows: shape.outputChannels, columns: lanes,
      operands: TileOperands(
        scalars: weights, rowStride: shape.inputChannels, stepStride: 1, lanes: x, laneStride: input.channelStride),
      result: y, resultStride: output.channelStride, adding: false)
  }

  /// The gradient of the loss with respect to `x`, from that with respect to `y`.
  ///
  /// - Parameters:
  ///   - adding: whether to add to `xGradient`, for an `x` that other operations read as well.
  public func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    inputGradientPlan.run(
      rows: shape.inputChannels, columns: lanes,
      operands: TileOperands(
        scalars: weights, rowStride: 1, stepStride: shape.inputChannels, lanes: yGradient,
        laneStride: output.channelStride),
      result: xGradient, resultStride: input.channelStride, adding: adding)
  }

  /// The floats of scratch memory that ``weightGradient(x:yGradient:weightGradient:adding:scratch:)`` needs.
  public var scratchCount: Int { weightGradient.scratchCount }

  /// The gradient of the loss with respect to the live taps' weights, from that with respect to `y`.
  ///
  /// - Parameters:
  ///   - weightGradient: what `tapOffsets` count from; dead taps are not touched.
  ///   - adding: whether to add to what is there, as one whole sum: `a + b` has the bits that adding the two gradients
  ///     afterwards would give.
  ///   - scratch: at least ``scratchCount`` floats.
  public func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.weightGradient.run(
      x: x, yGradient: yGradient, weightGradient: weightGradient, adding: adding, scratch: scratch)
  }
}

/// One tap at one output pixel that meets an input pixel and not padding.
struct TapMeeting: Sendable {
  let tap: Int
  let outputPixel: Int
  let inputPixel: Int

  /// All meetings of a convolution, by output pixel, then by tap.
  static func all(of shape: ConvolutionShape) -> [TapMeeting] {
    var meetings: [TapMeeting] = []
    for row in 0..<shape.outputHeight {
      for column in 0..<shape.outputWidth {
        for tap in 0..<shape.taps {
          let inputRow = row * shape.stride + tap / shape.kernel - shape.padding
          let inputColumn = column * shape.stride + tap % shape.kernel - shape.padding
          guard (0..<shape.inputHeight).contains(inputRow), (0..<shape.inputWidth).contains(inputColumn) else {
            continue
          }
          meetings.append(
            TapMeeting(
              tap: tap, outputPixel: row * shape.outputWidth + column,
              inputPixel: inputRow * shape.inputWidth + inputColumn))
        }
      }
    }
    return meetings
  }
}
