extension SparsePlan {
  /// Computes the destination: for every channel and pixel, the start and all survivors' weights times what they meet.
  func multiply(source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>, start: ConvolutionStart) {
    forEachLaneBlock { lane, count in
      let x = source + lane
      let y = destination + lane
      var shifted = start
      shifted.residual = start.residual.map { $0 + lane }
      switch count {
      case 64: multiply(LaneBlock4.self, source: x, destination: y, start: shifted)
      case 32: multiply(LaneBlock2.self, source: x, destination: y, start: shifted)
      default: multiply(LaneBlock1.self, source: x, destination: y, start: shifted)
      }
    }
  }

  @inline(__always)
  private func multiply<Block: LaneBlock>(
    _ block: Block.Type, source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>, start: ConvolutionStart
  ) {
    for tile in tiles {
      switch tile.pixels {
      case 4: multiply(FourPixels.self, block, tile, source: source, destination: destination, start: start)
      case 2: multiply(TwoPixels.self, block, tile, source: source, destination: destination, start: start)
      default: multiply(OnePixel.self, block, tile, source: source, destination: destination, start: start)
      }
    }
  }

  @inline(never)
  private func multiply<Count: PixelCount, Block: LaneBlock>(
    _: Count.Type, _: Block.Type, _ tile: PixelTile, source: UnsafePointer<Float>,
    destination: UnsafeMutablePointer<Float>, start: ConvolutionStart
  ) {
    let count = Count.value
    let step = destinationStep
    tile.runs.withUnsafeBufferPointer { runs in
      for block in 0..<blocks {
        let rectifies = start.rectifies && block == blocks - 1
        for channel in 0..<destinationChannels {
          let y = destination + (channel &* destinationStride &+ tile.destination)
          let segments = starts + (block &* destinationChannels &+ channel) &* taps
          var (a, b, c, d) = (Block.zero, Block.zero, Block.zero, Block.zero)
          if block > 0 {
            guard segments[0] < segments[taps] || rectifies else { continue }
          } else {
            if let bias = start.bias {
              let pixelStep = start.biasPixels == 1 ? 0 : step / lanes
              let pixel =
                bias + (start.biasPixels == 1 ? channel : channel &* start.biasPixels &+ tile.destination / lanes)
              a = .repeating(pixel[0])
              if count > 1 { b = .repeating(pixel[pixelStep]) }
              if count > 2 {
                c = .repeating(pixel[2 * pixelStep])
                d = .repeating(pixel[3 * pixelStep])
              }
            }
            if let residual = start.residual {
              let pixel = residual + (channel &* destinationStride &+ tile.destination)
              a.add(.load(pixel))
              if count > 1 { b.add(.load(pixel + step)) }
              if count > 2 {
                c.add(.load(pixel + 2 * step))
                d.add(.load(pixel + 3 * step))
              }
            }
          }
          for index in runs.indices {
            let taps = runs[index]
            let first = segments[taps.taps.lowerBound]
            let last = segments[taps.taps.upperBound]
            guard first < last else { continue }
            let run = SparseRun(first: entries + Int(first), end: entries + Int(last))
            if count == 1 {
              addProducts(
                run, source: source + taps.source, step: sourceStep, &a, &b, &c, &d, first: 0, last: 1)
            } else {
              addProducts(run, source: source + taps.source, step: sourceStep, in: taps.window, &a, &b, &c, &d)
            }
          }
          if block > 0 {
            // Not at the beginning: here the loads can wait for the second-level cache while products are still added.
            a.add(.load(y))
            if count > 1 { b.add(.load(y + step)) }
            if count > 2 {
              c.add(.load(y + 2 * step))
              d.add(.load(y + 3 * step))
            }
          }
          if rectifies {
            a.rectify()
            b.rectify()
            c.rectify()
            d.rectify()
          }
          a.store(y)
          if count > 1 { b.store(y + step) }
          if count > 2 {
            c.store(y + 2 * step)
            d.store(y + 3 * step)
          }
        }
      }
    }
  }
}
