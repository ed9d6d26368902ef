/// One, two or four pixels of a destination, equally far apart, that a sparse kernel keeps in registers together.
struct PixelTile: Sendable {
  /// Taps that follow each other in the order of entries and meet the same pixels of the tile.
  struct Run: Sendable {
    /// The taps, by their place in the order.
    let taps: Range<Int>
    /// The floats to add to the entries' offsets.
    let source: Int
    let window: PixelWindow
  }

  /// The floats from a destination channel's begin to the first pixel.
  let destination: Int
  /// The pixels of the tile: 1, 2 or 4.
  let pixels: Int
  let runs: [Run]

  /// The tiles of a destination, from top to bottom before from left to right: what a tile's source shares with that of the
  /// tile below is two rows of three, and still in the second-level cache.
  static func tiles(of walk: TapWalk) -> [PixelTile] {
    var tiles: [PixelTile] = []
    for offset in 0..<min(walk.destinationStep, walk.width) {
      let columns = Array(stride(from: offset, to: walk.width, by: walk.destinationStep))
      var start = 0
      while start < columns.count {
        let rest = columns.count - start
        let count = rest >= 4 ? 4 : rest >= 2 ? 2 : 1
        for row in 0..<walk.height {
          let pixels = columns[start..<start + count].map { row * walk.width + $0 }
          tiles.append(PixelTile(pixels, walk))
        }
        start += count
      }
    }
    return tiles
  }

  private init(_ pixels: [Int], _ walk: TapWalk) {
    let lanes = walk.lanes
    var runs: [Run] = []
    for (position, tap) in walk.taps.enumerated() {
      let sources = pixels.map { walk.sources[$0][tap.tap] }
      guard let first = sources.firstIndex(where: { $0 != nil }), let pixel = sources[first],
        let last = sources.lastIndex(where: { $0 != nil })
      else { continue }
      let source = (pixel - first * walk.sourceStep - tap.offset) * lanes
      let window = PixelWindow(first: first, end: last + 1)
      if let previous = runs.last, previous.taps.upperBound == position, previous.source == source,
        previous.window == window
      {
        runs[runs.count - 1] = Run(taps: previous.taps.lowerBound..<position + 1, source: source, window: window)
      } else {
        runs.append(Run(taps: position..<position + 1, source: source, window: window))
      }
    }
    destination = pixels[0] * lanes
    self.pixels = pixels.count
    self.runs = runs
  }
}

/// Some neighbouring pixels of a tile: one case for each, so that kernels can be compiled for each.
enum PixelWindow: Sendable {
  case from0to1, from0to2, from0to3, from0to4
  case from1to2, from1to3, from1to4
  case from2to3, from2to4
  case from3to4

  /// The pixels `first..<end`, of four at most.
  init(first: Int, end: Int) {
    let windows: [[PixelWindow]] = [
      [.from0to1, .from0to2, .from0to3, .from0to4], [.from1to2, .from1to3, .from1to4], [.from2to3, .from2to4],
      [.from3to4],
    ]
    self = windows[first][end - first - 1]
  }

  /// Has a run add up to, or from, the window's pixels: compiled for each window, as its bounds are constants.
  @inline(__always)
  func add<Run: PixelRun, Block: LaneBlock>(
    _ run: Run, _ a: inout Block, _ b: inout Block, _ c: inout Block, _ d: inout Block
  ) {
    switch self {
    case .from0to1: run.add(0, 1, &a, &b, &c, &d)
    case .from0to2: run.add(0, 2, &a, &b, &c, &d)
    case .from0to3: run.add(0, 3, &a, &b, &c, &d)
    case .from0to4: run.add(0, 4, &a, &b, &c, &d)
    case .from1to2: run.add(1, 2, &a, &b, &c, &d)
    case .from1to3: run.add(1, 3, &a, &b, &c, &d)
    case .from1to4: run.add(1, 4, &a, &b, &c, &d)
    case .from2to3: run.add(2, 3, &a, &b, &c, &d)
    case .from2to4: run.add(2, 4, &a, &b, &c, &d)
    case .from3to4: run.add(3, 4, &a, &b, &c, &d)
    }
  }
}
