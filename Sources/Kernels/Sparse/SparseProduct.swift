extension SparsePlan {
  /// Computes the destination: for every channel and pixel, the start and all survivors' weights times what they meet.
  func multiply(source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>, start: ConvolutionStart) {
    forEachLaneBlock(of: lanes) { lane, vectors in
      let x = source + lane
      let y = destination + lane
      var shifted = start
      shifted.residual = start.residual.map { $0 + lane }
      for tile in tiles {
        switch vectors {
        case 4: multiply(LaneBlock4.self, tile, source: x, destination: y, start: shifted)
        case 2: multiply(LaneBlock2.self, tile, source: x, destination: y, start: shifted)
        default: multiply(LaneBlock1.self, tile, source: x, destination: y, start: shifted)
        }
      }
    }
  }

  /// One tile of all channels.
  @inline(never)
  private func multiply<Block: LaneBlock>(
    _: Block.Type, _ tile: PixelTile, source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>,
    start: ConvolutionStart
  ) {
    let count = tile.pixels
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
              a = Block(repeating: pixel[0])
              if count > 1 { b = Block(repeating: pixel[pixelStep]) }
              if count > 2 {
                c = Block(repeating: pixel[2 * pixelStep])
                d = Block(repeating: pixel[3 * pixelStep])
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
            let first = Int(segments[taps.taps.lowerBound])
            let end = Int(segments[taps.taps.upperBound])
            guard first < end else { continue }
            let run = ProductRun(
              entries: entries + first, end: entries + end, source: source + taps.source, step: sourceStep)
            taps.window.add(run, &a, &b, &c, &d)
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
