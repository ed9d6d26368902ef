import Machine

/// Survivors in the order in which a sparse product reads them, and the tiles it computes.
///
/// Every survivor adds its weight times a source channel to a destination channel. Source channels are read in blocks
/// that the first-level cache holds while all destination channels pass over them; a tile of the destination stays in
/// registers over all survivors of a block. Within a block the survivors of a destination channel are sorted by tap, column
/// by column of the kernel: pixels for which taps meet padding are left out of whole runs, and nothing is multiplied by
/// zero.
///
/// Its entries hold the weights of the last ``takeWeights(_:)``: one product runs on one thread at a time.
final class SparsePlan: @unchecked Sendable {
  let tiles: [PixelTile]
  let destinationChannels: Int
  let taps: Int
  /// The blocks of source channels.
  let blocks: Int
  let lanes: Int
  /// The floats between neighbouring pixels of a tile, in source and destination.
  let sourceStep: Int
  let destinationStep: Int
  let destinationStride: Int
  /// The place of each entry's weight among the survivors.
  let order: [Int32]
  /// Where the entries of `[block][destination channel][tap]` begin; one more at the end.
  let starts: UnsafePointer<Int32>
  let entries: UnsafeMutablePointer<SparseEntry>

  /// - Parameter survivors: tap, source channel and destination channel of each, in the order of their weights.
  init(
    survivors: [(tap: Int, source: Int, destination: Int)], walk: TapWalk, source: ActivationShape,
    destination: ActivationShape
  ) {
    lanes = source.lanes
    tiles = PixelTile.tiles(of: walk)
    let depth = Self.blockDepth(
      tiles, walk: walk, source: source, survivors: survivors.count, destinationChannels: destination.channels)
    let taps = walk.taps.count
    self.taps = taps
    sourceStep = walk.sourceStep * lanes
    destinationStep = walk.destinationStep * lanes
    destinationStride = destination.channelStride
    destinationChannels = destination.channels
    blocks = max(1, (source.channels + depth - 1) / depth)

    let channels = destination.channels
    let positions = Dictionary(uniqueKeysWithValues: walk.taps.enumerated().map { ($1.tap, $0) })
    var counts = [Int32](repeating: 0, count: blocks * channels * taps + 1)
    let segments = survivors.map { survivor in
      positions[survivor.tap].map {
        (survivor.source / depth * channels + survivor.destination) * taps + $0
      }
    }
    for segment in segments { if let segment { counts[segment + 1] += 1 } }
    for index in 1..<counts.count { counts[index] += counts[index - 1] }
    let starts = UnsafeMutablePointer<Int32>.allocate(capacity: counts.count)
    starts.initialize(from: counts, count: counts.count)
    self.starts = UnsafePointer(starts)
    let count = Int(counts[counts.count - 1])
    var order = [Int32](repeating: 0, count: count)
    let entries = UnsafeMutablePointer<SparseEntry>.allocate(capacity: max(1, count))
    entries.initialize(repeating: SparseEntry(offset: 0, weight: 0), count: max(1, count))
    for (index, survivor) in survivors.enumerated() {
      guard let segment = segments[index] else { continue }
      let place = Int(counts[segment])
      counts[segment] += 1
      order[place] = Int32(index)
      let pixel = walk.taps[segment % taps].offset
      entries[place] = SparseEntry(
        offset: Int32(survivor.source * source.channelStride + pixel * source.lanes), weight: 0)
    }
    self.order = order
    self.entries = entries
  }

  deinit {
    entries.deallocate()
    starts.deallocate()
  }

  /// The survivors of live taps.
  var count: Int { order.count }

  /// Takes the survivors' weights, in their own order.
  func takeWeights(_ weights: UnsafePointer<Float>) {
    order.withUnsafeBufferPointer { order in
      for index in order.indices { entries[index].weight = weights[Int(order[index])] }
    }
  }
}

extension SparsePlan {
  /// How many source channels the destination channels pass over at once.
  ///
  /// A block that the first-level cache holds lets the products run at full speed, but every destination tile is read and
  /// written once more for each block: with few survivors a block, larger blocks over the second-level cache are faster.
  /// The figures are fitted to a Zen 5 core, by the kernels' benchmark with other depths. Blocks are equally deep, so
  /// that the last has as many survivors to a visit as the others. The depth is also the order of additions: it depends on the
  /// CPU's cache, and with it the last bits of a sum.
  static func blockDepth(
    _ tiles: [PixelTile], walk: TapWalk, source: ActivationShape, survivors: Int, destinationChannels: Int,
    firstLevelCacheBytes: Int = Processor.firstLevelCacheBytes
  ) -> Int {
    guard survivors > 0, let widest = tiles.map({ $0.sourcePixels(walk) }).max() else { return source.channels }
    let blockLanes = min(LaneBlock4.count, source.lanes)
    let pixels = Double(tiles.reduce(0) { $0 + $1.pixels }) / Double(tiles.count)
    let vectors = pixels * Double(blockLanes / vectorWidth)
    let channelBytes = Double(widest * blockLanes * MemoryLayout<Float>.stride)
    let survivorsPerChannel = Double(survivors) / Double(source.channels * destinationChannels)
    let density = survivorsPerChannel / Double(walk.taps.count)
    let cacheBytes = 0.92 * Double(firstLevelCacheBytes)
    /// Of a survivor: its products, what of its source comes from the second-level cache, and its part of the visit.
    func cost(_ depth: Int) -> Double {
      let missing = 1 - min(1, cacheBytes / (channelBytes * Double(depth)))
      return (vectors + 1) * (1 + max(0.7, 4.6 * density) * missing * missing)
        + (25 + 4 * vectors) / (survivorsPerChannel * Double(depth))
    }
    func depth(_ blocks: Int) -> Int { (source.channels + blocks - 1) / blocks }
    let smallest = min(source.channels, max(1, Int(cacheBytes / channelBytes)))
    let most = (source.channels + smallest - 1) / smallest
    return (1...most).map(depth).min { cost($0) < cost($1) } ?? smallest
  }
}

extension PixelTile {
  /// The source pixels of a channel that the tile's taps meet.
  fileprivate func sourcePixels(_ walk: TapWalk) -> Int {
    let lanes = walk.lanes
    let first = destination / lanes
    let met = (0..<pixels).flatMap { walk.sources[first + $0 * walk.destinationStep].compactMap { $0 } }
    return Set(met).count
  }
}
