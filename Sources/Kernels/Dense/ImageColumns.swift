/// A convolution of few input channels, with all taps of an output row as the rows of one matrix (im2col).
///
/// The matrix holds `[tap][I]` rows of an output row's pixels and lanes, zero where a tap meets padding to the left or right.
/// Kernel rows that meet padding above or below are left out. It is made anew for every output row, so that it stays in the
/// second-level cache.
final class ImageColumns: Sendable {
  private let shape: ConvolutionShape
  private let input: ActivationShape
  private let output: ActivationShape
  private let isLive: [Bool]
  /// The floats of an output row.
  private let rowCount: Int
  private let stride: Int
  private let matrix: AlignedBuffer
  /// Weights as `[O][tap][I]`.
  private let packedWeights: AlignedBuffer

  init(_ shape: ConvolutionShape, lanes: Int) {
    self.shape = shape
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    isLive = shape.outputsPerTap.map { $0 > 0 }
    rowCount = output.width * lanes
    // Not a power of two: see ActivationShape.channelStride.
    stride = rowCount + vectorWidth
    matrix = AlignedBuffer(count: shape.taps * shape.inputChannels * stride)
    packedWeights = AlignedBuffer(count: shape.weights)
  }

  func forward(
    weights: UnsafePointer<Float>, tapOffsets: [Int], x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    let depth = shape.taps * shape.inputChannels
    for tap in 0..<shape.taps where isLive[tap] {
      let block = weights + tapOffsets[tap]
      let to = packedWeights.pointer + tap * shape.inputChannels
      for o in 0..<shape.outputChannels {
        for i in 0..<shape.inputChannels { to[o * depth + i] = block[o * shape.inputChannels + i] }
      }
    }
    for row in 0..<output.height {
      let used = fill(x, outputRow: row)
      let result = y + row * rowCount
      if used.isEmpty {
        for o in 0..<shape.outputChannels { (result + o * output.channelStride).update(repeating: 0, count: rowCount) }
        continue
      }
      multiplyMatrices(
        MatrixFactor(elements: packedWeights.pointer + used.lowerBound, stride: depth),
        MatrixFactor(elements: matrix.pointer + used.lowerBound * stride, stride: stride), rows: shape.outputChannels,
        columns: rowCount, depth: used.count, into: result, stride: output.channelStride, adding: false)
    }
  }

  /// - Parameter scratch: one float for each weight.
  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    tapOffsets: [Int], adding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    let columns = shape.taps * shape.inputChannels
    scratch.update(repeating: 0, count: shape.weights)
    for row in 0..<output.height {
      let used = fill(x, outputRow: row)
      if used.isEmpty { continue }
      multiplyMatrices(
        MatrixFactor(elements: yGradient + row * rowCount, stride: output.channelStride),
        MatrixFactor(elements: matrix.pointer + used.lowerBound * stride, stride: stride, transposed: true),
        rows: shape.outputChannels, columns: used.count, depth: rowCount, into: scratch + used.lowerBound,
        stride: columns, adding: true)
    }
    for tap in 0..<shape.taps where isLive[tap] {
      let block = weightGradient + tapOffsets[tap]
      let from = scratch + tap * shape.inputChannels
      for o in 0..<shape.outputChannels {
        for i in 0..<shape.inputChannels {
          let place = o * shape.inputChannels + i
          block[place] = adding ? block[place] + from[o * columns + i] : from[o * columns + i]
        }
      }
    }
  }

  /// Makes the matrix of an output row.
  ///
  /// - Returns: the matrix's rows that are filled, those of the kernel rows that meet the image.
  private func fill(_ x: UnsafePointer<Float>, outputRow: Int) -> Range<Int> {
    let top = outputRow * shape.stride - shape.padding
    let first = min(max(0, -top), shape.kernel)
    let end = max(first, min(shape.kernel, input.height - top))
    let lanes = input.lanes
    for kernelRow in first..<end {
      for kernelColumn in 0..<shape.kernel {
        for channel in 0..<shape.inputChannels {
          let matrixRow = (kernelRow * shape.kernel + kernelColumn) * shape.inputChannels + channel
          let to = matrix.pointer + matrixRow * stride
          let from = x + (channel * input.channelStride + (top + kernelRow) * input.width * lanes)
          for column in 0..<output.width {
            let inputColumn = column * shape.stride + kernelColumn - shape.padding
            let pixel = to + column * lanes
            if inputColumn < 0 || inputColumn >= input.width {
              pixel.update(repeating: 0, count: lanes)
            } else {
              pixel.update(from: from + inputColumn * lanes, count: lanes)
            }
          }
        }
      }
    }
    return first * shape.kernel * shape.inputChannels..<end * shape.kernel * shape.inputChannels
  }
}
