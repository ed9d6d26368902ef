import Networks

extension Parameter {
  /// Visits the elements whose bits are set in torchvision's order `[O][I][kh][kw]`, which the arena's blocks interleave,
  /// until `body` returns false.
  ///
  /// - Parameters:
  ///   - bits: one bit an arena element.
  ///   - body: takes the arena's index of the element and its index in torchvision's order.
  /// - Returns: false if `body` ended the visit.
  @discardableResult
  func forEachElement(
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
  private func forEachKept(
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
