import Machine

/// A run of products that a tile adds up: `count` scalars of one operand against `count` lane blocks of the other.
struct TileRun {
  /// Offset of the first scalar, in floats.
  let scalars: Int
  /// Offset of the first lane block, in floats.
  let lanes: Int
  let count: Int
}

/// Where a tile finds its operands: `C[row] += Σ scalars[row · rowStride + k · stepStride] · lanes[k · laneStride …]`.
struct TileOperands {
  /// The operand that is broadcast, one float at a time.
  let scalars: UnsafePointer<Float>
  /// From one row of the tile to the next in `scalars`.
  let rowStride: Int
  /// From one product to the next in `scalars`.
  let stepStride: Int
  /// The operand that is read in blocks of contiguous floats.
  let lanes: UnsafePointer<Float>
  /// From one product to the next in `lanes`.
  let laneStride: Int
}

// The tiles below are the package's inner loops: 6 rows × 4 vectors are 24 accumulators, 4 loaded vectors and the broadcast
// scalar, which fill the 32 registers of AVX-512. The lane operand is read straight from the activations, so nothing is
// packed: 115 GF/s on a core whose limit is 117, where OpenBLAS, which packs for every call, gets 85 to 100. With AVX2 a
// vector takes two of 16 registers: 6 rows × 1 vector are 12 accumulators, which leave room for what is loaded. 37 GF/s on
// a core where OpenBLAS gets 35, and 19 with the wide tiles, whose accumulators go through memory at every step.

enum RegisterTile {
  /// Whether the registers hold tiles of two and four vectors.
  static let keepsWideBlocks = ProcessorFeatures.builtFor.contains(ProcessorFeatures(["avx512f"]))
}

@inline(__always)
func tile6<Block: LaneBlock>(
  _ type: Block.Type, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
  _ result: UnsafeMutablePointer<Float>, _ resultStride: Int, adding: Bool
) {
  let stride = operands.rowStride
  var r0 = Block.zero
  var r1 = Block.zero
  var r2 = Block.zero
  var r3 = Block.zero
  var r4 = Block.zero
  var r5 = Block.zero
  if adding {
    r0 = Block.load(result)
    r1 = Block.load(result + resultStride)
    r2 = Block.load(result + 2 &* resultStride)
    r3 = Block.load(result + 3 &* resultStride)
    r4 = Block.load(result + 4 &* resultStride)
    r5 = Block.load(result + 5 &* resultStride)
  }
  for run in runs {
    var a = operands.scalars + run.scalars
    var b = operands.lanes + run.lanes
    var remaining = run.count
    while remaining > 0 {
      let x = Block.load(b)
      r0.add(a[0], times: x)
      r1.add(a[stride], times: x)
      r2.add(a[2 &* stride], times: x)
      r3.add(a[3 &* stride], times: x)
      r4.add(a[4 &* stride], times: x)
      r5.add(a[5 &* stride], times: x)
      a += operands.stepStride
      b += operands.laneStride
      remaining &-= 1
    }
  }
  r0.store(result)
  r1.store(result + resultStride)
  r2.store(result + 2 &* resultStride)
  r3.store(result + 3 &* resultStride)
  r4.store(result + 4 &* resultStride)
  r5.store(result + 5 &* resultStride)
}

@inline(__always)
func tile4<Block: LaneBlock>(
  _ type: Block.Type, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
  _ result: UnsafeMutablePointer<Float>, _ resultStride: Int, adding: Bool
) {
  let stride = operands.rowStride
  var r0 = Block.zero
  var r1 = Block.zero
  var r2 = Block.zero
  var r3 = Block.zero
  if adding {
    r0 = Block.load(result)
    r1 = Block.load(result + resultStride)
    r2 = Block.load(result + 2 &* resultStride)
    r3 = Block.load(result + 3 &* resultStride)
  }
  for run in runs {
    var a = operands.scalars + run.scalars
    var b = operands.lanes + run.lanes
    var remaining = run.count
    while remaining > 0 {
      let x = Block.load(b)
      r0.add(a[0], times: x)
      r1.add(a[stride], times: x)
      r2.add(a[2 &* stride], times: x)
      r3.add(a[3 &* stride], times: x)
      a += operands.stepStride
      b += operands.laneStride
      remaining &-= 1
    }
  }
  r0.store(result)
  r1.store(result + resultStride)
  r2.store(result + 2 &* resultStride)
  r3.store(result + 3 &* resultStride)
}

@inline(__always)
func tile1<Block: LaneBlock>(
  _ type: Block.Type, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
  _ result: UnsafeMutablePointer<Float>, adding: Bool
) {
  var r0 = adding ? Block.load(result) : Block.zero
  for run in runs {
    var a = operands.scalars + run.scalars
    var b = operands.lanes + run.lanes
    var remaining = run.count
    while remaining > 0 {
      r0.add(a[0], times: Block.load(b))
      a += operands.stepStride
      b += operands.laneStride
      remaining &-= 1
    }
  }
  r0.store(result)
}

/// Columns of a product: `rows` rows of `blocks` lane blocks.
@inline(never)
func multiplyColumns<Block: LaneBlock>(
  _ type: Block.Type, _ blocks: Int, rows: Int, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
  _ result: UnsafeMutablePointer<Float>, _ resultStride: Int, adding: Bool
) {
  // 128 = 20·6 + 2·4: two rows left over after the sixes would run at a third of the speed.
  let remainder = rows % 6
  let fours = remainder == 2 ? 2 : remainder >= 3 ? 1 : 0
  let sixes = max(0, rows - 4 &* fours) / 6
  var row = 0
  /// Calls `tile` for each block of the next rows.
  @inline(__always) func take(_ count: Int, _ tile: (TileOperands, UnsafeMutablePointer<Float>) -> Void) {
    for block in 0..<blocks {
      let column = block &* Block.count
      tile(
        TileOperands(
          scalars: operands.scalars + row &* operands.rowStride, rowStride: operands.rowStride,
          stepStride: operands.stepStride, lanes: operands.lanes + column, laneStride: operands.laneStride),
        result + (row &* resultStride &+ column))
    }
    row &+= count
  }
  for _ in 0..<sixes { take(6) { tile6(type, runs, $0, $1, resultStride, adding: adding) } }
  while row &+ 4 <= rows { take(4) { tile4(type, runs, $0, $1, resultStride, adding: adding) } }
  while row < rows { take(1) { tile1(type, runs, $0, $1, adding: adding) } }
}
