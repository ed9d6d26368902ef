import Text

/// A square table of shaded cells.
public struct HeatMap: Sendable {
  public struct Cell: Sendable {
    /// What stands in it.
    public var text: String
    /// How strongly it is shaded, from 0 to 1.
    public var strength: Double
    /// The class that gives its colour.
    public var style: String
    public var title: String

    public init(_ text: String, strength: Double, style: String, title: String) {
      (self.text, self.strength, self.style, self.title) = (text, strength, style, title)
    }
  }

  /// Of rows and columns alike.
  public var names: [String]
  public var rowTitle: String
  public var columnTitle: String
  public var cells: [[Cell]]
  public var width = 520.0

  public init(names: [String], rowTitle: String, columnTitle: String, cells: [[Cell]]) {
    (self.names, self.rowTitle, self.columnTitle, self.cells) = (names, rowTitle, columnTitle, cells)
  }

  /// Tables of more rows have neither names nor numbers in the picture; the titles have them.
  private static let mostNames = 25

  /// Longer names are cut.
  private static let longestName = 14

  /// - Parameter description: what the picture shows, in a sentence.
  public func svg(description: String) -> String {
    let isNamed = names.count <= Self.mostNames
    let names = names.map { $0.count > Self.longestName ? $0.prefix(Self.longestName - 1) + "…" : $0 }
    let longest = isNamed ? Double(names.map(\.count).max() ?? 0) : 0
    let (left, top) = (28 + 8.2 * longest, 34 + 6.2 * longest)
    let right = max(14, 6.2 * Double(isNamed ? names.last?.count ?? 0 : 0) - 10)
    let side = (width - left - right) / Double(max(1, names.count))
    var svg = SVG(width: width, height: top + side * Double(names.count) + 6)
    svg.label("axis-name", columnTitle, x: width - 10, y: 14, anchor: "end")
    svg.label("axis-name", rowTitle, x: 14, y: top + side * Double(names.count), rotated: -90)
    for (row, cells) in cells.enumerated() {
      let y = top + side * Double(row)
      if isNamed {
        svg.label("tick", names[row], x: left - 8, y: y + side / 2 + 4, anchor: "end")
        svg.label("tick", names[row], x: left + side * (Double(row) + 0.5) + 3, y: top - 8, rotated: -45)
      }
      for (column, cell) in cells.enumerated() {
        let x = left + side * Double(column)
        let gap = isNamed ? 1.0 : 0
        svg.rectangle("cell", x: x, y: y, width: side - gap, height: side - gap)
        svg.rectangle(
          cell.style, x: x, y: y, width: side - gap, height: side - gap, opacity: min(max(cell.strength, 0), 1),
          title: cell.title)
        guard isNamed, !cell.text.isEmpty else { continue }
        svg.label(
          cell.strength > 0.55 ? "cell-text strong" : "cell-text", cell.text, x: x + (side - gap) / 2,
          y: y + (side - gap) / 2 + 4, anchor: "middle")
      }
    }
    return svg.text(description: description)
  }
}
