import ArgumentParser

/// Numbers of images as one writes them: `0-9,17`.
struct ImageNumbers: ExpressibleByArgument {
  let ranges: [ClosedRange<Int>]

  static let firstTen = ImageNumbers(ranges: [0...9])

  init(ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  init?(argument: String) {
    var ranges: [ClosedRange<Int>] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, 0 <= first, first <= last else {
        return nil
      }
      ranges.append(first...last)
    }
    self.ranges = ranges
  }

  /// All of them, in the order in which they are written.
  ///
  /// - Parameter what: that which has `count` images, in the plural.
  func numbers(below count: Int, of what: String) throws -> [Int] {
    if let range = ranges.first(where: { $0.upperBound >= count }) {
      throw ValidationError("--images names image \(range.upperBound), but \(what) are 0 to \(count - 1)")
    }
    return ranges.flatMap { Array($0) }
  }
}
