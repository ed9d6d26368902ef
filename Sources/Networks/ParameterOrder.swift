import Kernels

extension Parameter {
  /// All elements in torchvision's order, gathered from a buffer of this layout; zeros for those it leaves out.
  public func gathered(from buffer: UnsafePointer<Float>) -> [Float] {
    if let kept {
      var values = [Float](repeating: 0, count: count)
      for (tap, block) in blocks.enumerated() {
        for (place, index) in zip(kept[tap], block) { values[Int(place) * blocks.count + tap] = buffer[index] }
      }
      return values
    }
    guard blocks.count > 1 else {
      return Array(UnsafeBufferPointer(start: buffer + blocks[0].lowerBound, count: count))
    }
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      for (tap, block) in blocks.enumerated() {
        let from = buffer + block.lowerBound
        for index in 0..<block.count { values[index * blocks.count + tap] = from[index] }
      }
      initialized = count
    }
  }

  /// Spreads elements in torchvision's order over a buffer of this layout, but for those it leaves out.
  public func scatter(_ values: [Float], to buffer: UnsafeMutablePointer<Float>) {
    precondition(values.count == count, "\(name) has \(count) elements, not \(values.count)")
    for (tap, block) in blocks.enumerated() {
      let to = buffer + block.lowerBound
      if let kept = kept?[tap] {
        for (index, place) in kept.enumerated() { to[index] = values[Int(place) * blocks.count + tap] }
      } else {
        for index in 0..<block.count { to[index] = values[index * blocks.count + tap] }
      }
    }
  }
}

extension Network {
  /// A parameter's elements in torchvision's order.
  public func values(of parameter: Parameter) -> [Float] { parameter.gathered(from: arena.pointer) }

  /// The elements of the parameter of that name in torchvision's order.
  public func values(of name: String) -> [Float] { values(of: parameter(name)) }

  /// Replaces a parameter's elements, given in torchvision's order.
  public func store(_ values: [Float], in parameter: Parameter) { parameter.scatter(values, to: arena.pointer) }
}

extension Parameter {
  /// Visits the elements whose bits are set in torchvision's order `[O][I][kh][kw]`, which the arena's blocks interleave,
  /// until `body` returns false.
  ///
  /// - Parameters:
  ///   - bits: one bit an arena element.
  ///   - body: takes the arena's index of the element and its index in torchvision's order.
  /// - Returns: false if `body` ended the visit.
  @discardableResult @inlinable
  package func forEachElement(
    in bits: UnsafeBufferPointer<UInt64>, _ body: (_ arenaIndex: Int, _ torchvisionIndex: Int) -> Bool
  ) -> Bool {
    if let kept { return forEachKept(kept, in: bits, body) }
    let taps = blocks.count
    guard let blockLength = blocks.first?.count else { return true }
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: taps) { words in
      var start = 0
      while start < blockLength {
        let present = blockLength - start < 64 ? UInt64.max >> UInt64(64 - (blockLength - start)) : .max
        var channels: UInt64 = 0
        for tap in 0..<taps {
          words[tap] = bits.bits(at: blocks[tap].lowerBound + start) & present
          channels |= words[tap]
        }
        while channels != 0 {
          let bit = channels.trailingZeroBitCount
          let channel = start + bit
          for tap in 0..<taps where words[tap] >> UInt64(bit) & 1 == 1 {
            guard body(blocks[tap].lowerBound + channel, channel * taps + tap) else { return false }
          }
          channels &= channels &- 1
        }
        start += 64
      }
      return true
    }
  }

  /// The same in a compact layout, whose blocks hold some places only: their ascending lists are merged.
  @usableFromInline
  package func forEachKept(
    _ kept: [[Int32]], in bits: UnsafeBufferPointer<UInt64>,
    _ body: (_ arenaIndex: Int, _ torchvisionIndex: Int) -> Bool
  ) -> Bool {
    let taps = blocks.count
    var next = [Int](repeating: 0, count: taps)
    while true {
      var place = Int32.max
      for tap in 0..<taps where next[tap] < kept[tap].count { place = min(place, kept[tap][next[tap]]) }
      guard place != .max else { return true }
      for tap in 0..<taps where next[tap] < kept[tap].count && kept[tap][next[tap]] == place {
        let index = blocks[tap].lowerBound + next[tap]
        next[tap] += 1
        guard bits[index / 64] >> UInt64(index % 64) & 1 == 1 else { continue }
        guard body(index, Int(place) * taps + tap) else { return false }
      }
    }
  }
}

extension UnsafeBufferPointer<UInt64> {
  /// The 64 bits that begin at bit `index`, which need not begin a word. Bits beyond the last word read as 0.
  @inlinable @inline(__always)
  package func bits(at index: Int) -> UInt64 {
    let word = index / 64
    let shift = UInt64(index % 64)
    let low = self[word] >> shift
    guard shift != 0, word + 1 < count else { return low }
    return low | self[word + 1] << (64 - shift)
  }
}
