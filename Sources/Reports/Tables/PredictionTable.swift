import Text
import Foundation

/// The classes that a network thinks images show, with their probabilities: what `predict` prints.
public struct PredictionTable: Sendable, Equatable, CustomStringConvertible {
  /// One image.
  public struct Row: Sendable, Equatable {
    /// The file that it comes from, or the data set.
    public let source: String
    /// Its number there; nil where the file is one picture.
    public let record: Int?
    /// Its class, where that is known.
    public let truth: Int?
    /// One a class.
    public let probabilities: [Double]
    /// The classes by falling probability, of equal ones the first in front.
    public var ranking: [Int] {
      probabilities.indices.sorted {
        (-probabilities[$0], $0) < (-probabilities[$1], $1)
      }
    }

    public init(source: String, record: Int?, truth: Int?, probabilities: [Double]) {
      self.source = source
      self.record = record
      self.truth = truth
      self.probabilities = probabilities
    }

    /// From logits: their softmax.
    public init(source: String, record: Int?, truth: Int?, logits: [Float]) {
      let largest = logits.max() ?? 0
      let weights = logits.map { exp(Double($0 - largest)) }
      let sum = weights.reduce(0, +)
      self.init(source: source, record: record, truth: truth, probabilities: weights.map { $0 / sum })
    }
  }

  public let rows: [Row]
  public let classNames: [String]
  /// How many classes of each image are shown.
  public let top: Int

  public init(rows: [Row], classNames: [String], top: Int) {
    self.rows = rows
    self.classNames = classNames
    self.top = min(top, classNames.count)
  }

  /// The number of images whose true class is known and among the first `count`.
  public func right(within count: Int) -> Int {
    rows.count { row in row.truth.map { row.ranking.prefix(count).contains($0) } ?? false }
  }

  public var description: String {
    let known = rows.count { $0.truth != nil }
    let isNumbered = rows.allSatisfy { $0.record != nil && $0.source == rows[0].source }
    var columns: [(header: String, alignment: Table.Alignment)] = [("image", isNumbered ? .right : .left)]
    if known > 0 { columns.append(("truth", .left)) }
    for place in 1...max(1, top) { columns += [(Self.ordinal(place), .left), ("", .right)] }
    var table = Table(columns)
    for row in rows {
      let number = row.record.map { isNumbered ? "\($0)" : "\(row.source)#\($0)" }
      var cells = [number ?? row.source]
      if known > 0 { cells.append(row.truth.map { classNames[$0] } ?? "") }
      for index in row.ranking.prefix(top) {
        cells += [classNames[index], row.probabilities[index].percent(1)]
      }
      table.add(cells)
    }
    guard known > 0 else { return String(table.text.dropLast()) }
    var text = table.text + "\n\(right(within: 1).grouped) of \(known.grouped) right"
    if top > 1 && top < classNames.count { text += ", \(right(within: top).grouped) among the first \(top)" }
    return text
  }

  /// `1st`, `2nd`, `3rd`, `4th`, `11th`.
  private static func ordinal(_ number: Int) -> String {
    let isTeen = (11...13).contains(number % 100)
    return "\(number)" + (isTeen ? "th" : ["th", "st", "nd", "rd"].dropFirst(number % 10).first ?? "th")
  }
}
