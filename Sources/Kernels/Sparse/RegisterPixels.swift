/// How many pixels of a tile a kernel is compiled for.
protocol PixelCount {
  static var value: Int { get }
}

enum OnePixel: PixelCount {
  @inline(__always) static var value: Int { 1 }
}

enum TwoPixels: PixelCount {
  @inline(__always) static var value: Int { 2 }
}

enum FourPixels: PixelCount {
  @inline(__always) static var value: Int { 4 }
}

// The pixels of a tile are four variables and not one structure: at 64 lanes they are sixteen vectors, and the compiler
// keeps structures of more than fifteen values in memory.

/// Adds every entry's weight times its source to the pixels of a window.
@inline(__always)
func addProducts<Block: LaneBlock>(
  _ entries: SparseRun, source: UnsafePointer<Float>, step: Int, in window: PixelWindow, _ a: inout Block,
  _ b: inout Block, _ c: inout Block, _ d: inout Block
) {
  switch window {
  case .from0to1: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 0, last: 1)
  case .from0to2: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 0, last: 2)
  case .from0to3: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 0, last: 3)
  case .from0to4: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 0, last: 4)
  case .from1to2: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 1, last: 2)
  case .from1to3: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 1, last: 3)
  case .from1to4: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 1, last: 4)
  case .from2to3: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 2, last: 3)
  case .from2to4: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 2, last: 4)
  case .from3to4: addProducts(entries, source: source, step: step, &a, &b, &c, &d, first: 3, last: 4)
  }
}

@inline(__always)
func addProducts<Block: LaneBlock>(
  _ entries: SparseRun, source: UnsafePointer<Float>, step: Int, _ a: inout Block, _ b: inout Block,
  _ c: inout Block, _ d: inout Block, first: Int, last: Int
) {
  var entry = entries.first
  while entry < entries.end {
    let x = source + Int(entry.pointee.offset)
    let weight = entry.pointee.weight
    if first <= 0 { a.add(weight, times: .load(x)) }
    if first <= 1 && last > 1 { b.add(weight, times: .load(x + step)) }
    if first <= 2 && last > 2 { c.add(weight, times: .load(x + 2 * step)) }
    if last > 3 { d.add(weight, times: .load(x + 3 * step)) }
    entry += 1
  }
}

/// Adds, for every entry, the products of a window's pixels with its source to the entry's sixteen partial sums.
@inline(__always)
func addDotProducts<Block: LaneBlock>(
  _ entries: SparseRun, source: UnsafePointer<Float>, step: Int, sums: UnsafeMutablePointer<Float>,
  in window: PixelWindow, _ a: Block, _ b: Block, _ c: Block, _ d: Block
) {
  switch window {
  case .from0to1: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 0, last: 1)
  case .from0to2: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 0, last: 2)
  case .from0to3: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 0, last: 3)
  case .from0to4: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 0, last: 4)
  case .from1to2: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 1, last: 2)
  case .from1to3: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 1, last: 3)
  case .from1to4: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 1, last: 4)
  case .from2to3: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 2, last: 3)
  case .from2to4: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 2, last: 4)
  case .from3to4: addDotProducts(entries, source: source, step: step, sums: sums, a, b, c, d, first: 3, last: 4)
  }
}

@inline(__always)
func addDotProducts<Block: LaneBlock>(
  _ entries: SparseRun, source: UnsafePointer<Float>, step: Int, sums: UnsafeMutablePointer<Float>, _ a: Block,
  _ b: Block, _ c: Block, _ d: Block, first: Int, last: Int
) {
  var entry = entries.first
  var sum = sums
  while entry < entries.end {
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
