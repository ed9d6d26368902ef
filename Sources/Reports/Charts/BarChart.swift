import Text

/// Rows of stacked bars, each with a name on the left and a note on the right.
public struct BarChart: Sendable {
  public struct Segment: Sendable {
    public var value: Double
    /// The class that gives its colour.
    public var style: String
    public var title: String

    public init(_ value: Double, style: String, title: String) {
      (self.value, self.style, self.title) = (value, style, title)
    }
  }

  public struct Row: Sendable {
    public var name: String
    public var segments: [Segment]
    public var note: String

    public init(_ name: String, _ segments: [Segment], note: String = "") {
      (self.name, self.segments, self.note) = (name, segments, note)
    }
  }

  public var rows: [Row]
  public var format: @Sendable (Double) -> String
  public var width = 480.0

  public init(rows: [Row], format: @escaping @Sendable (Double) -> String) {
    (self.rows, self.format) = (rows, format)
  }

  private static let pitch = 21.0
  private static let thickness = 13.0

  /// - Parameter description: what the picture shows, in a sentence.
  public func svg(description: String) -> String {
    let left = 10 + 8.3 * Double(rows.map(\.name.count).max() ?? 0)
    let right = width - 12 - 8.2 * Double(rows.map(\.note.count).max() ?? 0)
    let top = 22.0
    let bottom = top + Self.pitch * Double(rows.count)
    var svg = SVG(width: width, height: bottom + 6)
    let totals = rows.map { $0.segments.reduce(0) { $0 + $1.value } }
    let axis = Axis(covering: totals, including: 0, format: format)
    // A name in the middle of each tick needs room.
    let ticks = Ticks.linear(axis.domain, count: 3)
    func place(_ value: Double) -> Double { left + axis.place(value) * (right - left) }
    for tick in ticks {
      svg.line("grid", place(tick), top, place(tick), bottom)
      svg.label("tick", format(tick), x: place(tick), y: top - 8, anchor: "middle")
    }
    for (index, row) in rows.enumerated() {
      let middle = top + Self.pitch * (Double(index) + 0.5)
      svg.label("tick row-name", row.name, x: left - 8, y: middle + 4, anchor: "end")
      var sum = 0.0
      for segment in row.segments where segment.value > 0 {
        svg.rectangle(
          "bar \(segment.style)", x: place(sum), y: middle - Self.thickness / 2,
          width: place(sum + segment.value) - place(sum), height: Self.thickness, title: segment.title)
        sum += segment.value
      }
      svg.label("tick row-note", row.note, x: width - 4, y: middle + 4, anchor: "end")
    }
    return svg.text(description: description)
  }
}
