/// The weight gradient of a convolution: for every live tap, `dW[tap] = Σ_(pixel, lane) dY[O] · X[I]ᵀ`.
///
/// The input is first copied with its channels innermost, so that a tap's gradient is a product whose lanes are channels.
/// With fewer input channels than a vector has lanes (a stem) the lanes are the channels of a whole kernel row instead.
final class ConvolutionWeightGradient: Sendable {
  private let shape: ConvolutionShape
  private let input: ActivationShape
  private let output: ActivationShape
  private let tapOffsets: [Int]
  private let liveTaps: [Int]
  private let plan: ProductPlan
  /// Floats between rows of the packed input.
  private let packedStride: Int
  private let packedCount: Int
  /// Floats of one destination's row: input channels, or those of a kernel row, rounded up to whole vectors.
  private let columns: Int
  private let packsKernelRows: Bool

  /// The floats of scratch memory that a run needs: the packed input, then the unpacked result.
  var scratchCount: Int { packedCount + plan.destinations.count * shape.outputChannels * columns }

  init(_ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int], meetings: [TapMeeting]) {
    self.shape = shape
    self.tapOffsets = tapOffsets
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    let outputsPerTap = shape.outputsPerTap
    liveTaps = (0..<shape.taps).filter { outputsPerTap[$0] > 0 }
    packsKernelRows = shape.inputChannels < vectorWidth

    var products: [(result: Int, runs: [TileRun])] = []
    if packsKernelRows {
      let columns = (shape.kernel * shape.inputChannels).vectors * vectorWidth
      let step = shape.stride * shape.inputChannels
      let needed = max(
        (shape.inputWidth + 2 * shape.padding) * shape.inputChannels, (shape.outputWidth - 1) * step + columns)
      let stride = (needed.vectors + 1) * vectorWidth
      for kernelRow in 0..<shape.kernel {
        var runs: [TileRun] = []
        for row in 0..<shape.outputHeight {
          let inputRow = row * shape.stride + kernelRow - shape.padding
          guard (0..<shape.inputHeight).contains(inputRow) else { continue }
          for column in 0..<shape.outputWidth {
            runs.append(
              TileRun(
                scalars: (row * shape.outputWidth + column) * lanes, lanes: inputRow * lanes * stride + column * step,
                count: lanes))
          }
        }
        products.append((result: kernelRow * shape.outputChannels * columns, runs: runs))
      }
      self.columns = columns
      packedStride = stride
      packedCount = shape.inputHeight * lanes * stride
    } else {
      let columns = shape.inputChannels.vectors * vectorWidth
      // Rows of a power of two would share a few sets of the first-level cache (see ActivationShape.channelStride).
      let stride = columns >= LaneBlock8.count ? columns + LaneBlock4.count : columns
      var runs = [[TileRun]](repeating: [], count: shape.taps)
      for meeting in meetings {
        runs[meeting.tap].append(
          TileRun(scalars: meeting.outputPixel * lanes, lanes: meeting.inputPixel * lanes * stride, count: lanes))
      }
      for (position, tap) in liveTaps.enumerated() {
        products.append((result: position * shape.outputChannels * columns, runs: runs[tap]))
      }
      self.columns = columns
      packedStride = stride
      packedCount = input.pixels * lanes * stride
    }
    plan = ProductPlan(products: products, stepStride: 1, laneStride: packedStride)
  }

  func run(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if packsKernelRows {
      packKernelRows(x, to: scratch)
    } else {
      transposeChannelsInnermost(x, input, to: scratch, rowStride: packedStride)
    }
    let result = scratch + packedCount
    plan.run(
      rows: shape.outputChannels, columns: columns,
      operands: TileOperands(
        scalars: yGradient, rowStride: output.channelStride, stepStride: 1, lanes: scratch, laneStride: packedStride),
      result: result, resultStride: columns, adding: false)
    unpack(result, to: weightGradient, adding: adding)
  }

  /// Copies `x` to `[row][lane][column][channel]`, columns padded with zeros as the convolution pads them.
  private func packKernelRows(_ x: UnsafePointer<Float>, to packed: UnsafeMutablePointer<Float>) {
    let channels = shape.inputChannels
    let margin = shape.padding * channels
    let used = shape.inputWidth * channels
    for row in 0..<shape.inputHeight {
      for lane in 0..<input.lanes {
        let packedRow: Int = row * input.lanes + lane
        let to = packed + packedRow * packedStride
        for position in 0..<margin {
          to[position] = 0
          to[margin &+ used &+ position] = 0
        }
        for channel in 0..<channels {
          let first: Int = channel * input.channelStride + row * shape.inputWidth * input.lanes + lane
          var from = x + first
          var position = margin + channel
          for _ in 0..<shape.inputWidth {
            to[position] = from.pointee
            from += input.lanes
            position &+= channels
          }
        }
      }
    }
  }

  /// Copies or adds `[tap][O][columns]` (or `[kernel row][O][columns]`) to the taps' own `[O][I]` blocks.
  private func unpack(_ result: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>, adding: Bool) {
    let outputs = shape.outputChannels
    let channels = shape.inputChannels
    for (position, tap) in liveTaps.enumerated() {
      let block = packsKernelRows ? tap / shape.kernel : position
      let firstColumn = packsKernelRows ? tap % shape.kernel * channels : 0
      let from = result + (block * outputs * columns + firstColumn)
      let to = gradient + tapOffsets[tap]
      if columns == channels {
        let count = outputs * channels
        if adding { addFloats(from, to: to, count: count) } else { to.update(from: from, count: count) }
        continue
      }
      for o in 0..<outputs {
        for i in 0..<channels {
          let value = from[o * columns + i]
          let place = o * channels + i
          to[place] = adding ? to[place] + value : value
        }
      }
    }
  }
}
