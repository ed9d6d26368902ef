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
  var scalars: UnsafePointer<Float>
  /// From one row of the tile to the next in `scalars`.
  let rowStride: Int
  /// From one product to the next in `scalars`.
  let stepStride: Int
  /// The operand that is read in blocks of contiguous floats.
  var lanes: UnsafePointer<Float>
  /// From one product to the next in `lanes`.
  let laneStride: Int

  /// The operands of the tile that begins at a row and column of this one.
  @inline(__always)
  func at(row: Int, column: Int) -> TileOperands {
    var result = self
    result.scalars += row &* rowStride
    result.lanes += column
    return result
  }
}

/// The package's inner loop: 6 rows × 4 vectors are 24 accumulators, 4 loaded vectors and the broadcast scalar, which fill the
/// 32 registers of AVX-512. The lane operand is read straight from the activations, so nothing is packed: 115 GF/s on a core
/// whose limit is 117, where OpenBLAS, which packs for every call, gets 85 to 100. With AVX2 a vector takes two of 16
/// registers: 6 rows × 1 vector are 12 accumulators, which leave room for what is loaded. 37 GF/s on a core where OpenBLAS
/// gets 35, and 19 with the wide tiles, whose accumulators go through memory at every step.
enum RegisterTile {
  /// Whether the registers hold tiles of two and four vectors.
  static let keepsWideBlocks = ProcessorFeatures.builtFor.contains(ProcessorFeatures(["avx512f"]))

  /// Columns of a product: `rows` rows of `blocks` lane blocks, by tiles of six, four and one row.
  @inline(never)
  static func multiplyRows<Block: LaneBlock>(
    _ rows: Int, _ blocks: Int, of type: Block.Type, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
    _ result: UnsafeMutablePointer<Float>, _ resultStride: Int, adding: Bool
  ) {
    // 128 = 20·6 + 2·4: two rows left over after the sixes would run at a third of the speed.
    let remainder = rows % 6
    let fours = remainder == 2 ? 2 : remainder >= 3 ? 1 : 0
    let endOfSixes = max(0, rows - 4 &* fours) / 6 &* 6
    var row = 0
    while row < rows {
      let height = row < endOfSixes ? 6 : row &+ 4 <= rows ? 4 : 1
      for block in 0..<blocks {
        let column = block &* Block.count
        let tile = operands.at(row: row, column: column)
        let to = result + (row &* resultStride &+ column)
        switch height {
        case 6: multiplyTile(height: 6, type, runs, tile, to, resultStride, adding: adding)
        case 4: multiplyTile(height: 4, type, runs, tile, to, resultStride, adding: adding)
        default: multiplyTile(height: 1, type, runs, tile, to, resultStride, adding: adding)
        }
      }
      row &+= height
    }
  }

  /// One tile of 6, 4 or 1 rows, compiled for each: its rows are variables, so that they stay in registers.
  @inline(__always)
  private static func multiplyTile<Block: LaneBlock>(
    height: Int, _ type: Block.Type, _ runs: UnsafeBufferPointer<TileRun>, _ operands: TileOperands,
    _ result: UnsafeMutablePointer<Float>, _ resultStride: Int, adding: Bool
  ) {
    let stride = operands.rowStride
    var (r0, r1, r2, r3, r4, r5) = (Block.zero, Block.zero, Block.zero, Block.zero, Block.zero, Block.zero)
    if adding {
      r0 = .load(result)
      if height > 1 {
        r1 = .load(result + resultStride)
        r2 = .load(result + 2 &* resultStride)
        r3 = .load(result + 3 &* resultStride)
      }
      if height > 4 {
        r4 = .load(result + 4 &* resultStride)
        r5 = .load(result + 5 &* resultStride)
      }
    }
    for run in runs {
      var a = operands.scalars + run.scalars
      var b = operands.lanes + run.lanes
      var remaining = run.count
      while remaining > 0 {
        let x = Block.load(b)
        r0.add(a[0], times: x)
        if height > 1 {
          r1.add(a[stride], times: x)
          r2.add(a[2 &* stride], times: x)
          r3.add(a[3 &* stride], times: x)
        }
        if height > 4 {
          r4.add(a[4 &* stride], times: x)
          r5.add(a[5 &* stride], times: x)
        }
        a += operands.stepStride
        b += operands.laneStride
        remaining &-= 1
      }
    }
    r0.store(result)
    if height > 1 {
      r1.store(result + resultStride)
      r2.store(result + 2 &* resultStride)
      r3.store(result + 3 &* resultStride)
    }
    if height > 4 {
      r4.store(result + 4 &* resultStride)
      r5.store(result + 5 &* resultStride)
    }
  }
}
