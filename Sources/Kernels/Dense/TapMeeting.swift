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
