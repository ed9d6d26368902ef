import Kernels
import Machine

/// Activations in the kernels' layout, made from images in PyTorch's order (N×C×H×W) and read back in it.
///
/// All that is no activation (between channels, behind the last) is NaN: it must neither reach a result nor be written.
final class Activations {
  let shape: ActivationShape
  private let buffer: AlignedBuffer
  private static let margin = 64

  /// Activations not yet computed: NaN everywhere.
  init(_ shape: ActivationShape) {
    self.shape = shape
    buffer = AlignedBuffer(count: shape.count + Self.margin)
    buffer.elements.update(repeating: .nan)
  }

  /// The given images, from the first again where there are fewer than lanes.
  convenience init(_ shape: ActivationShape, _ images: [Float]) {
    self.init(shape)
    let count = images.count / (shape.channels * shape.pixels)
    for lane in 0..<shape.lanes {
      for channel in 0..<shape.channels {
        let first = (lane % count * shape.channels + channel) * shape.pixels
        for pixel in 0..<shape.pixels { pointer[place(channel, pixel, lane)] = images[first + pixel] }
      }
    }
  }

  var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  /// All images, in PyTorch's order.
  var images: [Float] {
    var images: [Float] = []
    images.reserveCapacity(shape.lanes * shape.channels * shape.pixels)
    for lane in 0..<shape.lanes {
      for channel in 0..<shape.channels {
        for pixel in 0..<shape.pixels { images.append(pointer[place(channel, pixel, lane)]) }
      }
    }
    return images
  }

  /// Whether nothing was written but activations.
  var marginsAreUntouched: Bool {
    (0..<shape.channels).allSatisfy { channel in
      let end = channel * shape.channelStride + shape.channelCount
      return (end..<(channel + 1) * shape.channelStride).allSatisfy { pointer[$0].isNaN }
    } && (shape.count..<buffer.count).allSatisfy { pointer[$0].isNaN }
  }

  private func place(_ channel: Int, _ pixel: Int, _ lane: Int) -> Int {
    channel * shape.channelStride + pixel * shape.lanes + lane
  }
}

/// Keeps buffers until here: a pointer into one does not.
func keepAlive(_ owners: AnyObject...) { withExtendedLifetime(owners) {} }

/// Whether an array is its first `count` elements over and over, bit for bit.
///
/// - Parameter byOpenBLAS: whether it computed them. Its kernels without AVX-512 take the columns at a matrix's edge by other
///   ways than those in its middle, and the last bits differ. In a run an image's lane follows from the batch alone.
func repeats(_ values: [Float], every count: Int, byOpenBLAS: Bool = false) -> Bool {
  let isExact = !byOpenBLAS || ProcessorFeatures.builtFor.contains(ProcessorFeatures(["avx512f"]))
  return values.indices.allSatisfy {
    let (value, first) = (values[$0], values[$0 % count])
    return value.bitPattern == first.bitPattern || !isExact && abs(value - first) <= 1e-5 * max(1, abs(first))
  }
}
