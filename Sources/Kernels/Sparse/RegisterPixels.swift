/// Entries that follow each other and what they meet: what is done for each of them with the pixels of a tile.
///
/// The pixels are four variables and not one structure: of four vectors each they are sixteen, and the compiler keeps
/// structures of more than fifteen values in memory.
protocol PixelRun {
  /// Runs through the entries for the pixels `first..<last`, constants.
  func add<Block: LaneBlock>(
    _ first: Int, _ last: Int, _ a: inout Block, _ b: inout Block, _ c: inout Block, _ d: inout Block)
}

/// Adds every entry's weight times its source to the pixels.
struct ProductRun: PixelRun {
  let entries: UnsafePointer<SparseEntry>
  let end: UnsafePointer<SparseEntry>
  let source: UnsafePointer<Float>
  /// The floats from the source of a pixel to that of the next.
  let step: Int

  @inline(__always)
  func add<Block: LaneBlock>(
    _ first: Int, _ last: Int, _ a: inout Block, _ b: inout Block, _ c: inout Block, _ d: inout Block
  ) {
    var entry = entries
    while entry < end {
      let x = source + Int(entry.pointee.offset)
      let weight = entry.pointee.weight
      if first <= 0 { a.add(weight, times: .load(x)) }
      if first <= 1 && last > 1 { b.add(weight, times: .load(x + step)) }
      if first <= 2 && last > 2 { c.add(weight, times: .load(x + 2 * step)) }
      if last > 3 { d.add(weight, times: .load(x + 3 * step)) }
      entry += 1
    }
  }
}

/// Adds, for every entry, the pixels' products with its source to the entry's vector of partial sums.
struct DotRun: PixelRun {
  let entries: UnsafePointer<SparseEntry>
  let end: UnsafePointer<SparseEntry>
  let source: UnsafePointer<Float>
  /// The floats from the source of a pixel to that of the next.
  let step: Int
  let sums: UnsafeMutablePointer<Float>

  @inline(__always)
  func add<Block: LaneBlock>(
    _ first: Int, _ last: Int, _ a: inout Block, _ b: inout Block, _ c: inout Block, _ d: inout Block
  ) {
    var sum = sums
    var entry = entries
    while entry < end {
      let x = source + Int(entry.pointee.offset)
      var even = sum.vector(0)
      var odd = Vector.zero
      if first <= 0 { a.addDot(.load(x), &even, &odd) }
      if first <= 1 && last > 1 { b.addDot(.load(x + step), &even, &odd) }
      if first <= 2 && last > 2 { c.addDot(.load(x + 2 * step), &even, &odd) }
      if last > 3 { d.addDot(.load(x + 3 * step), &even, &odd) }
      sum.setVector(0, even + odd)
      entry += 1
      sum += vectorWidth
    }
  }
}
