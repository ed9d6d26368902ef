/// How fast the register tiles of the convolutions run here when nothing leaves the first-level cache: their limit.
public enum TileRate {
  /// The rate on one core, in GF/s (10⁹ multiplications and additions a second). Takes about 50 ms.
  public static func measure() -> Double {
    // 12 KiB of scalars and 16 KiB of lanes share a first-level cache of 32; results pass through once in 64 steps.
    let (rows, depth, columns) = (48, 64, 64)
    let scalars = AlignedBuffer(count: rows * depth)
    let lanes = AlignedBuffer(count: depth * columns)
    let result = AlignedBuffer(count: rows * columns)
    for index in 0..<scalars.count { scalars.pointer[index] = Float(index % 17) / 16 }
    for index in 0..<lanes.count { lanes.pointer[index] = Float(index % 19) / 16 }
    let plan = ProductPlan(
      products: [(result: 0, runs: [TileRun(scalars: 0, lanes: 0, count: depth)])], stepStride: 1, laneStride: columns)
    let operands = TileOperands(
      scalars: scalars.pointer, rowStride: depth, stepStride: 1, lanes: lanes.pointer, laneStride: columns)
    let repetitions = 50
    return fastestRate(operations: 2 * rows * depth * columns * repetitions) {
      for _ in 0..<repetitions {
        plan.run(
          rows: rows, columns: columns, operands: operands, result: result.pointer, resultStride: columns, adding: false
        )
      }
    }
  }
}
