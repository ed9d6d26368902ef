import Foundation

/// Hardware threads by number, in Linux's notation for lists: `0-3,8,10-11`.
public struct ProcessorList: Sendable, Hashable, CustomStringConvertible {
  /// Ascending and apart.
  public let ranges: [ClosedRange<Int>]

  package init(_ ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  /// Nil if the text is not such a list.
  public init?(_ text: some StringProtocol) {
    var ranges: [ClosedRange<Int>] = []
    for part in text.trimmingCharacters(in: .whitespacesAndNewlines).split(
      separator: ",", omittingEmptySubsequences: false)
    {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
      guard first >= 0, first <= last, first > ranges.last?.upperBound ?? -1 else { return nil }
      ranges.append(first...last)
    }
    self.ranges = ranges
  }

  package init?(contentsOfFile path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    self.init(text)
  }

  /// The list in the line `Cpus_allowed_list` of Linux's `/proc/<process>/status`.
  public init?(processStatus: String) {
    let label = "Cpus_allowed_list:"
    guard let line = processStatus.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else { return nil }
    self.init(line.dropFirst(label.count))
  }

  public var count: Int { ranges.reduce(0) { $0 + $1.count } }
  public var indices: [Int] { ranges.flatMap { Array($0) } }
  public var description: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }
}
