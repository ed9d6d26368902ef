import Kernels

/// What is measured of a convolution.
enum Operation: CaseIterable {
  case forward, inputGradient, weightGradient
}

/// A convolution with buffers to run on.
struct Trial {
  private let convolution: Convolution
  private let (x, y, weights): (AlignedBuffer, AlignedBuffer, AlignedBuffer)
  private let (xGradient, weightGradient, scratch): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

  init(_ shape: ConvolutionShape, lanes: Int, backend: ConvolutionBackend) {
    let offsets = (0..<shape.taps).map { $0 * shape.inputChannels * shape.outputChannels }
    convolution = Convolution(shape, lanes: lanes, tapOffsets: offsets, backend: backend)
    x = AlignedBuffer(count: shape.input(lanes: lanes).count)
    y = AlignedBuffer(count: shape.output(lanes: lanes).count)
    xGradient = AlignedBuffer(count: x.count)
    weights = AlignedBuffer(count: shape.weights)
    weightGradient = AlignedBuffer(count: shape.weights)
    scratch = AlignedBuffer(count: convolution.scratchCount)
    for buffer in [x, y, weights] {
      for index in 0..<buffer.count { buffer.pointer[index] = Float(index % 251) / 125 - 1 }
    }
  }

  func run(_ operation: Operation) {
    switch operation {
    case .forward:
      convolution.forward(weights: weights.pointer, x: x.pointer, y: y.pointer)
    case .inputGradient:
      convolution.inputGradient(
        weights: weights.pointer, yGradient: y.pointer, xGradient: xGradient.pointer, adding: false)
    case .weightGradient:
      convolution.weightGradient(
        x: x.pointer, yGradient: y.pointer, weightGradient: weightGradient.pointer, adding: false,
        scratch: scratch.pointer)
    }
  }
}

/// The seconds that a run takes, measured several times.
struct Timing {
  private(set) var seconds: [Double] = []

  /// Measures as many runs as 5 ms hold.
  mutating func measure(_ run: () -> Void) {
    let clock = ContinuousClock()
    let start = clock.now
    var runs = 0
    var elapsed = Duration.zero
    repeat {
      run()
      runs += 1
      elapsed = clock.now - start
    } while elapsed < .milliseconds(5)
    seconds.append(elapsed / .seconds(1) / Double(runs))
  }

  var median: Double { seconds.sorted()[seconds.count / 2] }
  var best: Double { seconds.min() ?? 0 }
}
