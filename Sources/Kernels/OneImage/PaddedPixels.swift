/// One image's channels with their padding, columns sorted by their remainder modulo the stride.
///
/// What a tap meets along an output row is then a contiguous run, whatever the stride and wherever the edge.
final class PaddedPixels: @unchecked Sendable {
  private let height: Int
  private let width: Int
  private let padding: Int
  private let stride: Int
  /// From one remainder's columns to the next's.
  private let phaseStride: Int
  /// From one padded row to the next.
  let rowStride: Int
  /// From one channel to the next.
  let channelStride: Int
  let buffer: AlignedBuffer

  /// - Parameters:
  ///   - channels: how many channels there is room for.
  ///   - fill: what padding is.
  init(channels: Int, height: Int, width: Int, padding: Int, stride: Int, fill: Float = 0) {
    self.height = height
    self.width = width
    self.padding = padding
    self.stride = stride
    phaseStride = (width + 2 * padding + stride - 1) / stride
    rowStride = stride * phaseStride
    channelStride = (height + 2 * padding) * rowStride
    buffer = AlignedBuffer(count: channels * channelStride)
    if fill != 0 { buffer.elements.update(repeating: fill) }
  }

  /// Where, in a channel, the run begins that a tap meets along output row 0. For the next output row it begins
  /// ``rowStride`` · stride floats later.
  func run(row: Int, column: Int) -> Int { row * rowStride + column % stride * phaseStride + column / stride }

  /// Copies a channel's pixels to the place of channel `place`.
  func fill(_ pixels: UnsafePointer<Float>, place: Int) {
    let base = buffer.pointer + place &* channelStride + padding &* rowStride
    switch (stride, width) {
    case (1, 16): copyRows(SIMD16<Float>.self, pixels, base + padding)
    case (1, 8): copyRows(SIMD8<Float>.self, pixels, base + padding)
    case (1, 4): copyRows(SIMD4<Float>.self, pixels, base + padding)
    case (1, _):
      for row in 0..<height { copyFloats(pixels + row &* width, base + row &* rowStride + padding, width) }
    case (2, _):
      // The image's even columns have the padding's parity.
      let evens = base + (padding & 1) &* phaseStride + padding / 2
      let odds = base + ((padding &+ 1) & 1) &* phaseStride + (padding &+ 1) / 2
      for row in 0..<height {
        deinterleave(pixels + row &* width, width, evens: evens + row &* rowStride, odds: odds + row &* rowStride)
      }
    default:
      for row in 0..<height {
        for column in 0..<width {
          let padded = column &+ padding
          base[row &* rowStride &+ padded % stride &* phaseStride &+ padded / stride] = pixels[row &* width &+ column]
        }
      }
    }
  }

  /// Copies rows as long as `Row` to rows ``rowStride`` floats apart.
  @inline(__always)
  private func copyRows<Row: SIMD<Float>>(
    _ type: Row.Type, _ pixels: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
  ) {
    var (from, to) = (pixels, to)
    for _ in 0..<height {
      UnsafeMutableRawPointer(to).storeBytes(of: UnsafeRawPointer(from).loadUnaligned(as: type), as: type)
      from += Row.scalarCount
      to += rowStride
    }
  }
}

/// Copies `count` floats, few as they are, without a call.
@inline(__always)
func copyFloats(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i &+ vectorWidth <= count {
    to.setVector(i, from.vector(i))
    i &+= vectorWidth
  }
  if i &+ 8 <= count {
    copy(SIMD8<Float>.self, from + i, to + i)
    i &+= 8
  }
  if i &+ 4 <= count {
    copy(SIMD4<Float>.self, from + i, to + i)
    i &+= 4
  }
  while i < count {
    to[i] = from[i]
    i &+= 1
  }
}

@inline(__always)
private func copy<V: SIMD<Float>>(_ type: V.Type, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(to).storeBytes(of: UnsafeRawPointer(from).loadUnaligned(as: type), as: type)
}

/// Splits `count` floats into those at even and those at odd places.
@inline(__always)
private func deinterleave(
  _ from: UnsafePointer<Float>, _ count: Int, evens: UnsafeMutablePointer<Float>, odds: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i &+ vectorWidth <= count {
    let x = from.vector(i)
    UnsafeMutableRawPointer(evens + i / 2).storeBytes(of: x.evenHalf, as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(odds + i / 2).storeBytes(of: x.oddHalf, as: SIMD8<Float>.self)
    i &+= vectorWidth
  }
  if i &+ 8 <= count {
    let x = UnsafeRawPointer(from + i).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(evens + i / 2).storeBytes(of: x.evenHalf, as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(odds + i / 2).storeBytes(of: x.oddHalf, as: SIMD4<Float>.self)
    i &+= 8
  }
  while i < count {
    (i & 1 == 0 ? evens : odds)[i / 2] = from[i]
    i &+= 1
  }
}
