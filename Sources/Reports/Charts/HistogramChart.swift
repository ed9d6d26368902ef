import Text

/// How often values fall into each of some bins, as columns that stand side by side.
public struct HistogramChart: Sendable {
  /// A column's part of one colour.
  public struct Layer: Sendable {
    /// One a bin.
    public var counts: [Double]
    /// The class that gives its colour.
    public var style: String

    public init(_ counts: [Double], style: String) { (self.counts, self.style) = (counts, style) }
  }

  public var x: Axis
  public var yFormat: @Sendable (Double) -> String
  /// The bins' limits: one more than there are bins, rising.
  public var limits: [Double]
  /// Stacked from below.
  public var layers: [Layer]
  /// What shows where the pointer rests on a column, one a bin.
  public var titles: [String]
  public var marks: [LineChart.Mark]
  public var size: (width: Double, height: Double) = (480, 240)

  public init(
    x: Axis, limits: [Double], layers: [Layer], titles: [String], marks: [LineChart.Mark] = [],
    yFormat: @escaping @Sendable (Double) -> String
  ) {
    (self.x, self.limits, self.layers, self.titles, self.marks) = (x, limits, layers, titles, marks)
    self.yFormat = yFormat
  }

  /// - Parameter description: what the picture shows, in a sentence.
  public func svg(description: String) -> String {
    var svg = SVG(width: size.width, height: size.height)
    let bins = max(0, limits.count - 1)
    let totals = (0..<bins).map { bin in layers.reduce(0) { $0 + $1.counts[bin] } }
    let y = Axis(covering: totals, including: 0, format: yFormat)
    let frame = Frame(size, x: x, y: y, top: marks.isEmpty ? 10 : 26)
    frame.draw(in: &svg)
    for bin in 0..<bins where totals[bin] > 0 {
      let (from, to) = (frame.horizontal(limits[bin]), frame.horizontal(limits[bin + 1]))
      guard from >= frame.left - 0.5, to <= frame.right + 0.5 else { continue }
      var sum = 0.0
      for layer in layers where layer.counts[bin] > 0 {
        let low = frame.vertical(sum)
        sum += layer.counts[bin]
        svg.rectangle(
          "bar \(layer.style)", x: from + 0.4, y: frame.vertical(sum), width: to - from - 0.8,
          height: low - frame.vertical(sum))
      }
      svg.rectangle(
        "hit", x: from, y: frame.top, width: to - from, height: frame.bottom - frame.top, title: titles[bin])
    }
    for mark in marks {
      let place = frame.horizontal(mark.x)
      svg.line("mark", place, frame.top - 6, place, frame.bottom)
      let half = 3.9 * Double(mark.name.count)
      let middle = min(max(place, half + 2), size.width - half - 2)
      svg.label("mark-name", mark.name, x: middle, y: frame.top - 12, anchor: "middle")
    }
    return svg.text(description: description)
  }
}
