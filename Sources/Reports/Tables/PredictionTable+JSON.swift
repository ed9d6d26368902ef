import Foundation

extension PredictionTable {
  /// The same as JSON, one object a line and image: `source`, `record` where the source holds several, `truth` where it is known,
  /// and `classes`, the first ones by falling probability with `class`, `index` and `probability`.
  public func jsonLines() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try rows.map { row in
      let classes = row.ranking.prefix(top).map {
        Line.Guess(class: classNames[$0], index: $0, probability: row.probabilities[$0])
      }
      let line = Line(
        source: row.source, record: row.record, truth: row.truth.map { classNames[$0] }, classes: Array(classes))
      return String(decoding: try encoder.encode(line), as: UTF8.self)
    }.joined(separator: "\n")
  }

  private struct Line: Encodable {
    struct Guess: Encodable {
      let `class`: String
      let index: Int
      let probability: Double
    }

    let source: String
    let record: Int?
    let truth: String?
    let classes: [Guess]
  }
}
