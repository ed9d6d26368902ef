extension SparsePlan {
  /// The gradient of the survivors' weights: for each, the sum over pixels and lanes of what its destination channel and
  /// its source hold.
  ///
  /// Sixteen partial sums a survivor lie in `sums` while a block of source channels is worked on, and are added up at its
  /// end.
  ///
  /// - Parameters:
  ///   - gradient: one float a survivor, in their own order.
  ///   - adding: whether to add to what is there, as one whole sum.
  ///   - sums: at least ``sumCount`` floats.
  func dots(
    source: UnsafePointer<Float>, destination: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    adding: Bool, sums: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let first = Int(starts[block * destinationChannels * taps])
      let last = Int(starts[(block + 1) * destinationChannels * taps])
      guard first < last else { continue }
      sums.update(repeating: 0, count: (last - first) * vectorWidth)
      let blockSums = sums - first * vectorWidth
      forEachLaneBlock { lane, count in
        let x = source + lane
        let y = destination + lane
        switch count {
        case 64: addDots(LaneBlock4.self, block, source: x, destination: y, sums: blockSums)
        case 32: addDots(LaneBlock2.self, block, source: x, destination: y, sums: blockSums)
        default: addDots(LaneBlock1.self, block, source: x, destination: y, sums: blockSums)
        }
      }
      order.withUnsafeBufferPointer { order in
        for entry in first..<last {
          let sum = (blockSums + entry * vectorWidth).vector(0).pairwiseSum
          let place = Int(order[entry])
          gradient[place] = adding ? gradient[place] + sum : sum
        }
      }
    }
  }

  /// The floats of partial sums that ``dots(source:destination:gradient:adding:sums:)`` needs.
  var sumCount: Int {
    let perBlock = (0..<blocks).map {
      Int(starts[($0 + 1) * destinationChannels * taps] - starts[$0 * destinationChannels * taps])
    }
    return (perBlock.max() ?? 0) * vectorWidth
  }

  @inline(__always)
  private func addDots<Block: LaneBlock>(
    _ kind: Block.Type, _ block: Int, source: UnsafePointer<Float>, destination: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) {
    for tile in tiles {
      switch tile.pixels {
      case 4: addDots(FourPixels.self, kind, tile, block, source: source, destination: destination, sums: sums)
      case 2: addDots(TwoPixels.self, kind, tile, block, source: source, destination: destination, sums: sums)
      default: addDots(OnePixel.self, kind, tile, block, source: source, destination: destination, sums: sums)
      }
    }
  }

  @inline(never)
  private func addDots<Count: PixelCount, Block: LaneBlock>(
    _: Count.Type, _: Block.Type, _ tile: PixelTile, _ block: Int, source: UnsafePointer<Float>,
    destination: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let count = Count.value
    let step = destinationStep
    tile.runs.withUnsafeBufferPointer { runs in
      for channel in 0..<destinationChannels {
        let segments = starts + (block &* destinationChannels &+ channel) &* taps
        guard segments[0] < segments[taps] else { continue }
        let y = destination + (channel &* destinationStride &+ tile.destination)
        let a = Block.load(y)
        let b = count > 1 ? Block.load(y + step) : .zero
        let c = count > 2 ? Block.load(y + 2 * step) : .zero
        let d = count > 2 ? Block.load(y + 3 * step) : .zero
        for index in runs.indices {
          let taps = runs[index]
          let first = Int(segments[taps.taps.lowerBound])
          let last = Int(segments[taps.taps.upperBound])
          guard first < last else { continue }
          let run = SparseRun(first: entries + first, end: entries + last)
          let runSums = sums + first &* vectorWidth
          if count == 1 {
            addDotProducts(
              run, source: source + taps.source, step: sourceStep, sums: runSums, a, b, c, d, first: 0, last: 1)
          } else {
            addDotProducts(
              run, source: source + taps.source, step: sourceStep, sums: runSums, in: taps.window, a, b, c, d)
          }
        }
      }
    }
  }
}
