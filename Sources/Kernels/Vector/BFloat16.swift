// bfloat16: the upper half of a Float, with 8 bits of precision and all of its range.

/// Rounds every number to the nearest bfloat16, ties to the even one; what is not a number stays that.
public func roundToBFloat16(_ x: UnsafeMutablePointer<Float>, count: Int) {
  for i in VectorOffsets(count) {
    let bits = unsafeBitCast(x.vector(i, upTo: count), to: VectorBits.self)
    let nearest = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) & 0xFFFF_0000
    let isNaN = (bits & 0x7FFF_FFFF) .> 0x7F80_0000
    let result = nearest.replacing(with: 0x7FC0_0000, where: isNaN)
    x.setVector(i, unsafeBitCast(result, to: Vector.self), upTo: count)
  }
}

/// Writes the upper halves of numbers that ``roundToBFloat16(_:count:)`` has rounded.
public func packBFloat16(_ x: UnsafePointer<Float>, to result: UnsafeMutablePointer<UInt16>, count: Int) {
  for i in 0..<count { result[i] = UInt16(truncatingIfNeeded: x[i].bitPattern &>> 16) }
}

/// Reads numbers from their upper halves.
public func unpackBFloat16(_ x: UnsafePointer<UInt16>, to result: UnsafeMutablePointer<Float>, count: Int) {
  for i in 0..<count { result[i] = Float(bitPattern: UInt32(x[i]) &<< 16) }
}
