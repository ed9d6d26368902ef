/// Max pooling over a square window, as PyTorch's `MaxPool2d`: padding never wins, and of equal values the first does.
public struct MaxPooling: Sendable {
  public let input: ActivationShape
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let output: ActivationShape
  /// For each output pixel, the input pixels of its window in row order.
  private let windows: [[Int]]

  public init(_ input: ActivationShape, kernel: Int, stride: Int, padding: Int) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    let height = (input.height + 2 * padding - kernel) / stride + 1
    let width = (input.width + 2 * padding - kernel) / stride + 1
    output = ActivationShape(channels: input.channels, height: height, width: width, lanes: input.lanes)
    windows = (0..<height * width).map { pixel in
      (0..<kernel * kernel).compactMap { tap in
        let row = pixel / width * stride + tap / kernel - padding
        let column = pixel % width * stride + tap % kernel - padding
        guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { return nil }
        return row * input.width + column
      }
    }
  }

  /// `y[pixel] = max over the window of x`.
  public func forward(x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    for channel in 0..<input.channels {
      let from = x + channel &* input.channelStride
      var to = y + channel &* output.channelStride
      for window in windows {
        for lane in VectorOffsets(input.lanes) {
          var largest = Vector(repeating: -.infinity)
          for pixel in window {
            let value = from.vector(pixel &* input.lanes &+ lane)
            // A NaN is kept, as PyTorch keeps it: it is not "not greater" by accident.
            largest.replace(with: value, where: value .> largest .| (value .!= value))
          }
          to.setVector(lane, largest)
        }
        to += output.lanes
      }
    }
  }

  /// Routes the gradient of each output to the input pixel that won.
  ///
  /// - Parameters:
  ///   - x, y: what ``forward(x:y:)`` was given and returned.
  ///   - yGradient: the gradient with respect to `y`.
  ///   - xGradient: the gradient with respect to `x`, overwritten.
  public func backward(
    x: UnsafePointer<Float>, y: UnsafePointer<Float>, yGradient: UnsafePointer<Float>,
    xGradient: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<input.channels {
      let from = x + channel &* input.channelStride
      let to = xGradient + channel &* input.channelStride
      to.update(repeating: 0, count: input.channelCount)
      var offset = channel &* output.channelStride
      for window in windows {
        for lane in VectorOffsets(input.lanes) {
          let largest = y.vector(offset &+ lane)
          // What is routed is taken away, so that a second pixel with the same value gets nothing.
          var gradient = yGradient.vector(offset &+ lane)
          for pixel in window {
            let place = pixel &* input.lanes &+ lane
            let wins = from.vector(place) .== largest
            to.setVector(place, to.vector(place) + Vector.zero.replacing(with: gradient, where: wins))
            gradient.replace(with: 0, where: wins)
          }
        }
        offset &+= output.lanes
      }
    }
  }
}
