/// A convolution of one image by its surviving weights, with all that follows it: `y = max(0, W ∗ x + bias + residual)`. The
/// lanes are pixels of the output.
///
/// Rows that survivors read are unfolded a block at a time, as many as stay in the first-level cache. A survivor is then a
/// weight and the number of a row; an output channel's pixels stay in registers while its survivors of the block go by.
public final class PixelConvolution: @unchecked Sendable {
  /// The bytes of unfolded rows in a block.
  private static let blockBytes = 24 << 10

  public let shape: ConvolutionShape
  private let output: PixelRows
  private let rows: UnfoldedRows
  private let blocks: [Range<Int>]
  /// For each block `O + 1` places in `weights`: where each output channel's survivors begin and the last one's end.
  private let starts: ConstantTable<Int32>
  private let weights: ConstantTable<Float>
  /// For each survivor, where its row begins in the block, in bytes.
  private let offsets: ConstantTable<UInt16>
  private let epilogue: PixelEpilogue
  private let unfolded: AlignedBuffer

  /// - Parameters:
  ///   - positions: for each tap the places `o · I + i` of its survivors, ascending.
  ///   - values: for each tap the survivors.
  ///   - epilogue: what is added to the products.
  public init(_ shape: ConvolutionShape, positions: [[Int32]], values: [[Float]], epilogue: PixelEpilogue) {
    self.shape = shape
    self.epilogue = epilogue
    let output = PixelRows(height: shape.outputHeight, width: shape.outputWidth)
    self.output = output
    let list = SurvivorList(shape, positions: positions, values: values)
    rows = UnfoldedRows(shape, output: output, pairs: list.pairs)
    let rowBytes = output.vectors * MemoryLayout<Vector>.stride
    let blockRows = Self.blockBytes / rowBytes
    let blocks = stride(from: 0, to: max(1, list.pairs.count), by: blockRows).map {
      $0..<min($0 + blockRows, list.pairs.count)
    }
    self.blocks = blocks
    let sorted = list.entries.sorted {
      ($0.row / blockRows, $0.output, $0.row) < ($1.row / blockRows, $1.output, $1.row)
    }
    var starts: [Int32] = []
    var next = 0
    for block in blocks.indices {
      for channel in 0..<shape.outputChannels {
        starts.append(Int32(next))
        while next < sorted.count, sorted[next].row / blockRows == block, sorted[next].output == channel { next += 1 }
      }
      starts.append(Int32(next))
    }
    self.starts = ConstantTable(starts)
    weights = ConstantTable(sorted.map(\.weight))
    offsets = ConstantTable(sorted.map { UInt16($0.row % blockRows * rowBytes) })
    unfolded = AlignedBuffer(count: blockRows * output.vectors * vectorWidth)
  }

  /// - Parameters:
  ///   - x: `[I][pixel]`, channels `stride` floats apart.
  ///   - stride: from one input channel to the next.
  ///   - residual: the value that the epilogue adds channels of, in the layout of `y`.
  ///   - y: `[O][pixel]`, channels as far apart as ``PixelRows/channelStride`` says.
  public func forward(
    x: UnsafePointer<Float>, stride: Int, residual: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>
  ) {
    rows.load(x, stride: stride)
    for band in 0..<output.bands {
      let offset = band &* output.bandHeight &* output.width
      for block in 0..<blocks.count {
        rows.unfold(blocks[block], band: band, to: unfolded.pointer)
        switch output.vectors {
        case 1: addToSingles(block, residual, y + offset, offset)
        case 2: add(LaneBlock2.self, block, residual, y + offset, offset)
        case 4: add(LaneBlock4.self, block, residual, y + offset, offset)
        default: add(LaneBlock8.self, block, residual, y + offset, offset)
        }
      }
    }
  }

  /// Adds a block's products to one band of all output channels.
  @inline(never)
  private func add<Tile: LaneBlock>(
    _ type: Tile.Type, _ block: Int, _ residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ offset: Int
  ) {
    let starts = starts.pointer + block &* (shape.outputChannels &+ 1)
    let (weights, offsets) = (weights.pointer, offsets.pointer)
    let rows = UnsafeRawPointer(unfolded.pointer)
    let (isFirst, rectifies) = (block == 0, block == blocks.count &- 1 && epilogue.rectifies)
    for channel in 0..<shape.outputChannels {
      let to = y + channel &* output.channelStride
      var sum: Tile = isFirst ? epilogue.start(type, channel, offset, residual) : .load(to)
      var next = Int(starts[channel])
      let end = Int(starts[channel &+ 1])
      while next < end {
        sum.add(weights[next], times: .load((rows + Int(offsets[next])).assumingMemoryBound(to: Float.self)))
        next &+= 1
      }
      if rectifies { sum.rectify() }
      sum.store(to)
    }
  }

  /// The same where a channel is one vector: four sums take turns, as each addition waits four cycles for the one before.
  @inline(never)
  private func addToSingles(
    _ block: Int, _ residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ offset: Int
  ) {
    let starts = starts.pointer + block &* (shape.outputChannels &+ 1)
    let (weights, offsets) = (weights.pointer, offsets.pointer)
    let rows = UnsafeRawPointer(unfolded.pointer)
    let (isFirst, rectifies) = (block == 0, block == blocks.count &- 1 && epilogue.rectifies)
    @inline(__always) func add(_ sum: inout Vector, _ index: Int) {
      let row = (rows + Int(offsets[index])).loadUnaligned(as: Vector.self)
      sum.addProduct(Vector(repeating: weights[index]), row)
    }
    for channel in 0..<shape.outputChannels {
      let to = y + channel &* output.channelStride
      var a = isFirst ? epilogue.start(Vector.self, channel, offset, residual) : to.vector(0)
      let first = Int(starts[channel])
      var next = first
      let end = Int(starts[channel &+ 1])
      var (b, c, d) = (Vector.zero, Vector.zero, Vector.zero)
      // The way out between any two keeps the compiler from mixing them: it puts the same pixel of four survivors into a
      // vector where it can, six times slower.
      while next < end {
        add(&a, next)
        next &+= 1
        guard next < end else { break }
        add(&b, next)
        next &+= 1
        guard next < end else { break }
        add(&c, next)
        next &+= 1
        guard next < end else { break }
        add(&d, next)
        next &+= 1
      }
      if next &- first > 1 { a += b }
      if next &- first > 2 { a += c }
      if next &- first > 3 { a += d }
      to.setVector(0, rectifies ? a.rectified : a)
    }
  }
}

/// The survivors of a convolution with the rows they read: pairs of an input channel and a tap.
package struct SurvivorList {
  package struct Entry {
    package let output: Int
    package let row: Int
    package let weight: Float
  }

  /// Every pair that some survivor reads, ascending.
  package let pairs: [(channel: Int, tap: Int)]
  /// In no order.
  package let entries: [Entry]

  package init(_ shape: ConvolutionShape, positions: [[Int32]], values: [[Float]]) {
    let taps = shape.taps
    var rows = [Int](repeating: -1, count: shape.inputChannels * taps)
    for (tap, positions) in positions.enumerated() {
      for position in positions { rows[Int(position) % shape.inputChannels * taps + tap] = 0 }
    }
    var pairs: [(channel: Int, tap: Int)] = []
    for index in rows.indices where rows[index] == 0 {
      rows[index] = pairs.count
      pairs.append((index / taps, index % taps))
    }
    var entries: [Entry] = []
    for (tap, positions) in positions.enumerated() {
      for (position, weight) in zip(positions, values[tap]) {
        let (o, i) = Int(position).quotientAndRemainder(dividingBy: shape.inputChannels)
        entries.append(Entry(output: o, row: rows[i * taps + tap], weight: weight))
      }
    }
    self.pairs = pairs
    self.entries = entries
  }
}
