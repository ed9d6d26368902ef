extension SparsePlan {
  /// The gradient of the survivors' weights: for each, the sum over pixels and lanes of what its destination channel and
  /// its source hold.
  ///
  /// A vector of partial sums a survivor lies in `sums` until it is added up at the end. Tiles are taken in strips whose
  /// destination stays in the second-level cache while all blocks of source channels pass over it.
  ///
  /// - Parameters:
  ///   - gradient: one float a survivor, in their own order.
  ///   - adding: whether to add to what is there, as one whole sum.
  ///   - sums: at least ``sumCount`` floats.
  func dots(
    source: UnsafePointer<Float>, destination: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    adding: Bool, sums: UnsafeMutablePointer<Float>
  ) {
    guard tiles.count > tilesPerStrip else {
      // The sums of one block after the other, in the same place.
      for block in 0..<blocks {
        let entries = entries(of: block)
        let blockSums = sums - entries.lowerBound * vectorWidth
        sums.update(repeating: 0, count: entries.count * vectorWidth)
        addDots(block, tiles.indices, source: source, destination: destination, sums: blockSums)
        collect(entries, blockSums, to: gradient, adding: adding)
      }
      return
    }
    sums.update(repeating: 0, count: count * vectorWidth)
    for start in stride(from: 0, to: tiles.count, by: tilesPerStrip) {
      let strip = start..<min(start + tilesPerStrip, tiles.count)
      for block in 0..<blocks {
        addDots(block, strip, source: source, destination: destination, sums: sums)
      }
    }
    collect(0..<count, sums, to: gradient, adding: adding)
  }

  /// The floats of partial sums that ``dots(source:destination:gradient:adding:sums:)`` needs.
  var sumCount: Int {
    guard tiles.count <= tilesPerStrip else { return count * vectorWidth }
    return ((0..<blocks).map { entries(of: $0).count }.max() ?? 0) * vectorWidth
  }

  private var tilesPerStrip: Int {
    let cacheFloats = 1 << 17
    return max(1, cacheFloats / (destinationChannels * 4 * min(LaneBlock4.count, lanes)))
  }

  private func entries(of block: Int) -> Range<Int> {
    Int(starts[block * destinationChannels * taps])..<Int(starts[(block + 1) * destinationChannels * taps])
  }

  private func collect(
    _ entries: Range<Int>, _ sums: UnsafeMutablePointer<Float>, to gradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    order.withUnsafeBufferPointer { order in
      for entry in entries {
        let sum = (sums + entry * vectorWidth).vector(0).pairwiseSum
        let place = Int(order[entry])
        gradient[place] = adding ? gradient[place] + sum : sum
      }
    }
  }

  private func addDots(
    _ block: Int, _ strip: Range<Int>, source: UnsafePointer<Float>, destination: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) {
    guard !entries(of: block).isEmpty else { return }
    forEachLaneBlock(of: lanes) { lane, vectors in
      let x = source + lane
      let y = destination + lane
      for tile in tiles[strip] {
        switch vectors {
        case 4: addDots(LaneBlock4.self, block, tile, source: x, destination: y, sums: sums)
        case 2: addDots(LaneBlock2.self, block, tile, source: x, destination: y, sums: sums)
        default: addDots(LaneBlock1.self, block, tile, source: x, destination: y, sums: sums)
        }
      }
    }
  }

  /// One tile of all channels.
  @inline(never)
  private func addDots<Block: LaneBlock>(
    _: Block.Type, _ block: Int, _ tile: PixelTile, source: UnsafePointer<Float>, destination: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) {
    let count = tile.pixels
    let step = destinationStep
    tile.runs.withUnsafeBufferPointer { runs in
      for channel in 0..<destinationChannels {
        let segments = starts + (block &* destinationChannels &+ channel) &* taps
        guard segments[0] < segments[taps] else { continue }
        let y = destination + (channel &* destinationStride &+ tile.destination)
        var a = Block.load(y)
        var b = count > 1 ? Block.load(y + step) : .zero
        var c = count > 2 ? Block.load(y + 2 * step) : .zero
        var d = count > 2 ? Block.load(y + 3 * step) : .zero
        for index in runs.indices {
          let taps = runs[index]
          let first = Int(segments[taps.taps.lowerBound])
          let end = Int(segments[taps.taps.upperBound])
          guard first < end else { continue }
          let run = DotRun(
            entries: entries + first, end: entries + end, source: source + taps.source, step: sourceStep,
            sums: sums + first &* vectorWidth)
          taps.window.add(run, &a, &b, &c, &d)
        }
      }
    }
  }
}
