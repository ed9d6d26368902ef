import Kernels

/// A convolution's activations, filled, for all trials of its shape to run on.
struct Activations {
  let (x, y, xGradient): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

  init(_ shape: ConvolutionShape, lanes: Int) {
    x = AlignedBuffer(count: shape.input(lanes: lanes).count)
    y = AlignedBuffer(count: shape.output(lanes: lanes).count)
    xGradient = AlignedBuffer(count: x.count)
    x.fill()
    y.fill()
  }
}

extension AlignedBuffer {
  /// Numbers between -1 and 1.
  func fill() {
    for index in 0..<count { pointer[index] = Float(index % 251) / 125 - 1 }
  }
}
