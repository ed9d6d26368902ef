// bfloat16: the upper half of a Float, with 8 bits of precision and all of its range.

private typealias Bits = SIMD16<UInt32>

/// The nearest bfloat16 in the upper half, ties to the even one; what is not a number stays that.
@inline(__always)
private func rounded(_ bits: Bits) -> Bits {
  let nearest = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) & 0xFFFF_0000
  let isNaN = (bits & 0x7FFF_FFFF) .> 0x7F80_0000
  return nearest.replacing(with: 0x7FC0_0000, where: isNaN)
}

@inline(__always)
private func bits(_ x: UnsafePointer<Float>, _ index: Int, _ rest: Int) -> Bits {
  if rest >= 16 { return UnsafeRawPointer(x + index).loadUnaligned(as: Bits.self) }
  var result = Bits.zero
  for lane in 0..<rest { result[lane] = x[index &+ lane].bitPattern }
  return result
}

/// Rounds every number to the nearest bfloat16, ties to the even one; what is not a number stays that.
public func roundToBFloat16(_ x: UnsafeMutablePointer<Float>, count: Int) {
  var i = 0
  while i < count {
    let result = rounded(bits(x, i, count &- i))
    if i &+ 16 <= count {
      UnsafeMutableRawPointer(x + i).storeBytes(of: result, as: Bits.self)
    } else {
      for lane in 0..<count &- i { x[i &+ lane] = Float(bitPattern: result[lane]) }
    }
    i &+= 16
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
