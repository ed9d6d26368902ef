/// How the taps of a convolution lead from source to destination pixels, forward or back.
struct TapWalk: Sendable {
  /// The live taps in the order in which survivors are sorted, each with its distance in source pixels: what a tap meets is
  /// that far from what a tap of distance 0 meets, as far as possible for all pixels alike.
  let taps: [(tap: Int, offset: Int)]
  /// For each destination pixel and tap the source pixel, or `nil` where the tap meets padding.
  let sources: [[Int?]]
  /// The destination's columns and rows.
  let width: Int
  let height: Int
  /// The columns between neighbouring destination pixels that taps treat alike, and between what these meet.
  let destinationStep: Int
  let sourceStep: Int
  /// The floats of a pixel.
  let lanes: Int

  /// From input to output.
  static func forward(_ shape: ConvolutionShape, lanes: Int) -> TapWalk {
    TapWalk(
      shape, lanes: lanes, meetings: TapMeeting.all(of: shape).map { ($0.tap, $0.inputPixel, $0.outputPixel) },
      width: shape.outputWidth, height: shape.outputHeight, destinationStep: 1, sourceStep: shape.stride
    ) { row, column in
      (0, 0, column, row, row * shape.inputWidth + column)
    }
  }

  /// From output back to input.
  static func backward(_ shape: ConvolutionShape, lanes: Int) -> TapWalk {
    // An input pixel meets every stride-th tap of a row or column: these are neighbours in the order.
    TapWalk(
      shape, lanes: lanes, meetings: TapMeeting.all(of: shape).map { ($0.tap, $0.outputPixel, $0.inputPixel) },
      width: shape.inputWidth, height: shape.inputHeight, destinationStep: shape.stride, sourceStep: 1
    ) { row, column in
      (
        column % shape.stride, row % shape.stride, column, row,
        -(row / shape.stride * shape.outputWidth + column / shape.stride)
      )
    }
  }

  private init(
    _ shape: ConvolutionShape, lanes: Int, meetings: [(tap: Int, source: Int, destination: Int)], width: Int,
    height: Int,
    destinationStep: Int, sourceStep: Int,
    _ place: (_ row: Int, _ column: Int) -> (Int, Int, Int, Int, offset: Int)
  ) {
    self.lanes = lanes
    self.width = width
    self.height = height
    self.destinationStep = destinationStep
    self.sourceStep = sourceStep
    var sources = [[Int?]](repeating: [Int?](repeating: nil, count: shape.taps), count: width * height)
    for meeting in meetings { sources[meeting.destination][meeting.tap] = meeting.source }
    self.sources = sources
    let outputs = shape.outputsPerTap
    let places = (0..<shape.taps).filter { outputs[$0] > 0 }.map {
      (tap: $0, place: place($0 / shape.kernel, $0 % shape.kernel))
    }
    taps = places.sorted { first, second in
      let (a, b) = (first.place, second.place)
      return (a.0, a.1, a.2, a.3) < (b.0, b.1, b.2, b.3)
    }.map { ($0.tap, $0.place.offset) }
  }
}
