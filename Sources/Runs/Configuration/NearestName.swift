/// The name that somebody may have meant.
package enum NearestName {
  /// The nearest of `names`, of equally near ones the first; nil where none is near.
  package static func of(_ word: String, in names: some Sequence<String>) -> String? {
    let nearest = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= max(2, word.count / 3) else { return nil }
    return nearest.name
  }

  /// How many characters must be added, removed, replaced, or exchanged with their neighbour to make one word the other: the optimal
  /// string alignment distance.
  package static func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.lowercased()), Array(other.lowercased()))
    var before: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
      var next = [row + 1]
      for (column, another) in other.enumerated() {
        var least = min(last[column] + (letter == another ? 0 : 1), last[column + 1] + 1, next[column] + 1)
        if row > 0, column > 0, letter == other[column - 1], one[row - 1] == another {
          least = min(least, before[column - 1] + 1)
        }
        next.append(least)
      }
      (before, last) = (last, next)
    }
    return last[other.count]
  }
}
