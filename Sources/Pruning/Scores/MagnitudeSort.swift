/// Sorting arena elements by magnitude in linear time: a finite float's magnitude orders as its bits do, read as an integer.
enum MagnitudeSort {
  /// The bits of a magnitude, then the arena's index in the lower 32.
  typealias Element = UInt64

  static func element(_ weight: Float, at index: Int) -> Element {
    Element(weight.magnitude.bitPattern) << 32 | Element(index)
  }
  static func magnitude(_ element: Element) -> Float { Float(bitPattern: UInt32(element >> 32)) }
  static func index(_ element: Element) -> Int { Int(element & 0xFFFF_FFFF) }

  private static let digit = 11

  /// Sorts by magnitude, the smallest first; equal ones keep their order.
  static func sort(_ elements: inout [Element]) {
    var other = [Element](repeating: 0, count: elements.count)
    // Three digits of 11 bits hold the 31 bits of a magnitude.
    for pass in 0..<3 {
      let shift = UInt64(32 + pass * digit)
      let bits = UInt64(1 << digit - 1)
      var starts = [Int](repeating: 0, count: 1 << digit)
      elements.withUnsafeBufferPointer { from in
        starts.withUnsafeMutableBufferPointer { starts in
          for element in from { starts[Int(element >> shift & bits)] += 1 }
          var sum = 0
          for value in starts.indices {
            let count = starts[value]
            starts[value] = sum
            sum += count
          }
          other.withUnsafeMutableBufferPointer { to in
            for element in from {
              let value = Int(element >> shift & bits)
              to[starts[value]] = element
              starts[value] += 1
            }
          }
        }
      }
      swap(&elements, &other)
    }
  }
}
