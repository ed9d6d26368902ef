import Networks

/// Which elements of an arena survive pruning: one bit an element, 1 for a survivor.
///
/// Elements that are never pruned (biases, batch normalization) have the bit 1 too, so that a mask can be applied to the
/// whole arena or to any slice of it.
public struct Mask: Sendable, Equatable {
  /// The number of arena elements it speaks of.
  public let count: Int
  /// Element `i` is bit `i % 64` of word `i / 64`. The bits of the last word beyond `count` are 0.
  public package(set) var words: [UInt64]

  /// A mask of `count` elements that all survive.
  public init(allSurviving count: Int) {
    precondition(count >= 0, "a mask of \(count) elements: expected none or more")
    self.count = count
    words = [UInt64](repeating: .max, count: (count + 63) / 64)
    if count % 64 != 0 { words[count / 64] = UInt64.max >> UInt64(64 - count % 64) }
  }

  /// A mask of such words, as ``words`` gives them; nil where their number is not the one that `count` elements take, or a bit
  /// beyond them is set.
  public init?(count: Int, words: [UInt64]) {
    guard count >= 0, words.count == count / 64 + (count % 64 == 0 ? 0 : 1) else { return nil }
    if count % 64 != 0, let last = words.last, last >> UInt64(count % 64) != 0 { return nil }
    self.count = count
    self.words = words
  }

  /// Whether element `index` survives.
  public subscript(index: Int) -> Bool {
    get {
      precondition((0..<count).contains(index), "element \(index) of a mask of \(count)")
      return words[index / 64] >> UInt64(index % 64) & 1 == 1
    }
    set {
      precondition((0..<count).contains(index), "element \(index) of a mask of \(count)")
      let bit = UInt64(1) << UInt64(index % 64)
      if newValue { words[index / 64] |= bit } else { words[index / 64] &= ~bit }
    }
  }

  /// The number of survivors in the whole arena.
  public var survivorCount: Int { survivors(in: 0..<count) }

  /// The number of survivors in a range of the arena.
  public func survivors(in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) of a mask of \(count)")
    var survivors = 0
    forEachWord(of: range) { survivors &+= (words[$0] & $1).nonzeroBitCount }
    return survivors
  }

  /// The number of survivors of a parameter, dead taps included.
  public func survivors(of parameter: Parameter) -> Int {
    parameter.blocks.reduce(0) { $0 + survivors(in: $1) }
  }

  /// The mask as bytes, for a hash or a file: `words` in memory order.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBufferPointer { (words) throws(Failure) -> Result in
      try body(UnsafeRawBufferPointer(words))
    }
  }

  /// The mask as bytes that may be written, for a broadcast between ranks whose masks have the same `count`.
  public mutating func withUnsafeMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeMutableBufferPointer { (words) throws(Failure) -> Result in
      try body(UnsafeMutableRawBufferPointer(words))
    }
  }
}

/// Calls `body` with every word that holds elements of `range` and with the bits that are the range's.
@inline(__always)
func forEachWord(of range: Range<Int>, _ body: (_ word: Int, _ bits: UInt64) -> Void) {
  guard !range.isEmpty else { return }
  let first = range.lowerBound / 64
  let last = (range.upperBound - 1) / 64
  let firstBits = UInt64.max << UInt64(range.lowerBound % 64)
  let lastBits = UInt64.max >> UInt64(63 - (range.upperBound - 1) % 64)
  for word in first...last {
    body(word, (word == first ? firstBits : .max) & (word == last ? lastBits : .max))
  }
}
