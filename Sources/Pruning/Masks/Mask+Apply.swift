import Networks

extension Mask {
  /// Sets the pruned elements of a slice of the arena (weights, gradients or momentum) to exactly +0, whatever they held,
  /// and leaves the others' bits alone.
  ///
  /// - Parameters:
  ///   - slice: `slice[i]` is the arena's element `offset + i`; it must lie within `count`.
  ///   - offset: where in the arena the slice begins; the whole arena begins at 0.
  public func apply(to slice: UnsafeMutableBufferPointer<Float>, from offset: Int = 0) {
    precondition(
      offset >= 0 && offset + slice.count <= count,
      "elements \(offset)..<\(offset + slice.count) of a mask of \(count)")
    guard let base = slice.baseAddress else { return }
    words.withUnsafeBufferPointer { words in
      var element = 0
      while element + 64 <= slice.count {
        let bits = words.bits(at: offset + element)
        if bits != .max { Self.clear64(base + element, except: bits) }
        element += 64
      }
      while element < slice.count {
        let index = offset + element
        if words[index / 64] >> UInt64(index % 64) & 1 == 0 { base[element] = 0 }
        element += 1
      }
    }
  }

  @inline(__always)
  private static func clear64(_ elements: UnsafeMutablePointer<Float>, except survivors: UInt64) {
    let pointer = UnsafeMutableRawPointer(elements)
    for sixteenth in 0..<4 {
      let offset = sixteenth * MemoryLayout<SIMD16<Float>>.stride
      let bits = SIMD16<UInt32>(repeating: UInt32(truncatingIfNeeded: survivors >> UInt64(16 * sixteenth)))
      let values = pointer.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      let kept = values.replacing(with: 0, where: bits & LaneBits.low .== 0)
      pointer.storeBytes(of: kept, toByteOffset: offset, as: SIMD16<Float>.self)
    }
  }
}
