/// Lists of ranks in words.
public enum RankRanges {
  /// `rank 3`, `ranks 0-3, 7`.
  public static func text(_ ranks: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for rank in ranks.sorted() {
      if let last = parts.last, last.upperBound + 1 == rank {
        parts[parts.count - 1] = last.lowerBound...rank
      } else {
        parts.append(rank...rank)
      }
    }
    let texts = parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return (ranks.count == 1 ? "rank " : "ranks ") + texts.joined(separator: ", ")
  }
}
