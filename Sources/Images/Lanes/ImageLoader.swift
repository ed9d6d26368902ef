/// Brings images into the layout that the network computes in.
public struct ImageLoader: Sendable {
  public let images: ImageSet
  /// `[3][256]`.
  private let table: [Float]

  /// - Parameter normalization: nil for the images' own.
  public init(_ images: ImageSet, normalization: Normalization? = nil) {
    self.images = images
    table = (normalization ?? images.normalization).table
  }

  /// Writes a microbatch to `output`, `[3][32][32][lanes]` with the images innermost, and its labels to `labels`, `[lanes]`.
  /// The floats of a color channel are contiguous; channels begin `channelStride` floats apart.
  ///
  /// Lane l takes image `indices[l]`, cropped and flipped by `augmentation` where it is given, then normalised. Lanes beyond
  /// `indices.count` get zeros and the label -1. Allocates nothing.
  public func fill(
    _ indices: UnsafeBufferPointer<Int32>, augmentation: Augmentation?,
    into output: UnsafeMutablePointer<Float>, channelStride: Int, lanes: Int, labels: UnsafeMutablePointer<Int32>
  ) {
    precondition(indices.count <= lanes, "\(indices.count) images for \(lanes) lanes")
    withUnsafeTemporaryAllocation(of: Lane.self, capacity: lanes) { placed in
      for lane in 0..<lanes {
        guard lane < indices.count else {
          labels[lane] = -1
          continue
        }
        let index = Int(indices[lane])
        let record = images.record(index)
        labels[lane] = Int32(truncatingIfNeeded: record.label)
        placed[lane] = Lane(pixels: record.pixels, augmentation?.placement(image: index) ?? .identity)
      }
      let edge = Record.edge
      table.withUnsafeBufferPointer { table in
        // One row of all lanes, 8 KB at 64 lanes, stays in the first-level cache while its lanes are written one by one.
        for row in 0..<(Record.channels * edge) {
          let values = UnsafeBufferPointer(rebasing: table[(row / edge * 256)..<(row / edge * 256 + 256)])
          let target = output + row / edge * channelStride + row % edge * edge * lanes
          for lane in 0..<indices.count {
            placed[lane].write(channel: row / edge, y: row % edge, values, to: target + lane, stride: lanes)
          }
          for lane in indices.count..<lanes {
            for x in 0..<edge { target[x * lanes + lane] = 0 }
          }
        }
      }
    }
  }

  /// The same for an array of image numbers.
  public func fill(
    _ indices: [Int32], augmentation: Augmentation?,
    into output: UnsafeMutablePointer<Float>, channelStride: Int, lanes: Int, labels: UnsafeMutablePointer<Int32>
  ) {
    indices.withUnsafeBufferPointer {
      fill(
        $0, augmentation: augmentation, into: output, channelStride: channelStride, lanes: lanes, labels: labels)
    }
  }

  /// Writes images one after the other, `[image][3][32][32]`, normalised.
  public func fillOneByOne(_ indices: [Int32], into output: UnsafeMutablePointer<Float>) {
    var label: Int32 = 0
    for (place, index) in indices.enumerated() {
      fill(
        [index], augmentation: nil, into: output + place * Record.imageSize, channelStride: Record.plane, lanes: 1,
        labels: &label)
    }
  }
}

/// One image on its way to its lane.
private struct Lane {
  private let pixels: UnsafePointer<UInt8>
  private let shiftY: Int
  /// The columns of the crop that show the image; the others are black.
  private let visible: Range<Int>
  /// Column x shows the image's column `origin + step · x`.
  private let origin: Int
  private let step: Int
  private let hidden: Augmentation.Placement.Hidden

  init(pixels: UnsafePointer<UInt8>, _ placement: Augmentation.Placement) {
    self.pixels = pixels
    shiftY = placement.shiftY
    let (edge, shift) = (Record.edge, placement.shiftX)
    step = placement.isFlipped ? -1 : 1
    hidden = placement.hidden
    origin = placement.isFlipped ? edge - 1 + shift : shift
    visible = placement.isFlipped ? max(0, shift)..<min(edge, edge + shift) : max(0, -shift)..<min(edge, edge - shift)
  }

  /// Writes row `y` of a channel, its columns `stride` apart.
  @inline(__always)
  func write(
    channel: Int, y: Int, _ values: UnsafeBufferPointer<Float>, to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    writeVisible(channel: channel, y: y, values, to: target, stride: stride)
    guard hidden.rows.contains(y) else { return }
    for x in hidden.columns { target[x * stride] = 0 }
  }

  @inline(__always)
  private func writeVisible(
    channel: Int, y: Int, _ values: UnsafeBufferPointer<Float>, to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let black = values[0]
    let sourceY = y + shiftY
    guard sourceY >= 0 && sourceY < Record.edge else {
      for x in 0..<Record.edge { target[x * stride] = black }
      return
    }
    for x in 0..<visible.lowerBound { target[x * stride] = black }
    var source = pixels + channel * Record.plane + sourceY * Record.edge + (origin + step * visible.lowerBound)
    for x in visible {
      target[x * stride] = values[Int(source.pointee)]
      source += step
    }
    for x in visible.upperBound..<Record.edge { target[x * stride] = black }
  }
}
