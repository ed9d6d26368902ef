import Networks
import RandomNumbers

extension PruneScore {
  /// A uniform draw, the control that any ranking has to beat.
  public static let random = PruneScore(
    "random", help: "; or any (random), as a control", comparedPowers: [], order: .draw)
}

extension Mask {
  /// Prunes exactly `count` of the `remaining` survivors of a pool, each set of that size equally likely.
  ///
  /// Algorithm S of Knuth's "The Art of Computer Programming", volume 2, section 3.4.2: it walks over the survivors and takes
  /// each with the probability (still to take) / (still to come). The walk follows torchvision's order, so that the choice
  /// does not depend on where the arena keeps a weight.
  mutating func prune(_ count: Int, of remaining: Int, in pool: Pool, from stream: inout RandomStream) {
    guard count > 0 else { return }
    var toTake = UInt32(count)
    var toCome = UInt32(remaining)
    let survivors = words
    survivors.withUnsafeBufferPointer { survivors in
      words.withUnsafeMutableBufferPointer { words in
        for parameter in pool.parameters where toTake > 0 {
          parameter.forEachElement(in: survivors) { index, _ in
            if stream.integer(below: toCome) < toTake {
              words[index / 64] &= ~(1 << UInt64(index % 64))
              toTake -= 1
            }
            toCome -= 1
            return toTake > 0
          }
        }
      }
    }
  }
}
