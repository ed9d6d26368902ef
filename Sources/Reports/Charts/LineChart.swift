import Text

/// Values over a common axis as lines, with events marked. What lies above the vertical axis is drawn at its end, as a triangle that
/// points there.
public struct LineChart: Sendable {
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// What shows where the pointer rests near it; nil for the other points of its place to speak.
    public var title: String?

    public init(x: Double, y: Double, title: String? = nil) {
      (self.x, self.y, self.title) = (x, y, title)
    }
  }

  public struct Series: Sendable {
    public enum Style: Sendable {
      /// A line, with dots where there are few points.
      case line
      /// Dots only.
      case dots
    }

    public var name: String
    /// Which of the page's colours it has, from 1.
    public var color: Int
    public var style: Style
    /// A point that is not finite breaks the line.
    public var points: [Point]

    public init(_ name: String, color: Int, style: Style = .line, points: [Point]) {
      (self.name, self.color, self.style, self.points) = (name, color, style, points)
    }
  }

  /// Something that happened at one place of the horizontal axis.
  public struct Mark: Sendable {
    public var x: Double
    /// What stands above it; empty for a line without a name.
    public var name: String
    public var title: String

    public init(x: Double, name: String, title: String) { (self.x, self.name, self.title) = (x, name, title) }
  }

  public var x: Axis
  public var y: Axis
  public var series: [Series]
  public var marks: [Mark]
  /// Parts of the horizontal axis that are shaded.
  public var bands: [ClosedRange<Double>]
  public var size: (width: Double, height: Double) = (480, 260)

  public init(x: Axis, y: Axis, series: [Series], marks: [Mark] = [], bands: [ClosedRange<Double>] = []) {
    (self.x, self.y, self.series, self.marks, self.bands) = (x, y, series, marks, bands)
  }

  /// More places than these share their titles, so that long runs stay small.
  private static let mostTitles = 160
  /// Lines with more points have no dots.
  private static let mostDots = 40

  /// - Parameter description: what the picture shows, in a sentence.
  public func svg(description: String) -> String {
    var svg = SVG(width: size.width, height: size.height)
    let frame = Frame(size, x: x, y: y, top: marks.contains { !$0.name.isEmpty } ? 26 : 10)
    for band in bands {
      let (from, to) = (frame.horizontal(band.lowerBound), frame.horizontal(band.upperBound))
      svg.rectangle("band", x: from, y: frame.top, width: to - from, height: frame.bottom - frame.top)
    }
    frame.draw(in: &svg)
    drawMarks(frame, &svg)
    for series in series { draw(series, frame, &svg) }
    drawTitles(frame, &svg)
    return svg.text(description: description)
  }

  private func drawMarks(_ frame: Frame, _ svg: inout SVG) {
    // Names that would run into each other are left out; the titles have them.
    var free = -Double.infinity
    for mark in marks {
      let place = frame.horizontal(mark.x)
      svg.line("mark", place, frame.top - 6, place, frame.bottom)
      svg.rectangle(
        "hit", x: place - 5, y: frame.top - 6, width: 10, height: frame.bottom - frame.top + 6, title: mark.title)
      guard !mark.name.isEmpty else { continue }
      let half = 3.9 * Double(mark.name.count)
      let middle = min(max(place, half + 2), size.width - half - 2)
      guard middle - half > free else { continue }
      svg.label("mark-name", mark.name, x: middle, y: frame.top - 12, anchor: "middle")
      free = middle + half + 10
    }
  }

  private func draw(_ series: Series, _ frame: Frame, _ svg: inout SVG) {
    let runs = series.points.split { !$0.x.isFinite || !$0.y.isFinite }.map { run in
      run.map { (x: frame.horizontal($0.x), y: frame.vertical(min($0.y, y.domain.upperBound)), isAbove: isAbove($0)) }
    }
    if series.style == .line {
      for run in runs { svg.polyline("line s\(series.color)", run.map { ($0.x, $0.y) }) }
    }
    let isSparse = series.points.count <= Self.mostDots
    for run in runs {
      for point in run {
        if point.isAbove {
          svg.triangle("beyond s\(series.color)", x: point.x, y: point.y)
        } else if series.style == .dots || isSparse || run.count == 1 {
          svg.dot("dot s\(series.color)", x: point.x, y: point.y, radius: series.style == .dots ? 4 : 2.2)
        }
      }
    }
  }

  private func isAbove(_ point: Point) -> Bool { y.place(point.y) > 1 + 1e-9 }

  /// One invisible column for each place that has titles.
  private func drawTitles(_ frame: Frame, _ svg: inout SVG) {
    var places: [Double: [String]] = [:]
    for point in series.flatMap(\.points) {
      if let title = point.title, point.x.isFinite, point.y.isFinite { places[point.x, default: []].append(title) }
    }
    let sorted = places.keys.sorted()
    let step = max(1, (sorted.count + Self.mostTitles - 1) / Self.mostTitles)
    let kept = sorted.enumerated().filter { $0.offset % step == 0 || $0.offset == sorted.count - 1 }.map(\.element)
    for (index, place) in kept.enumerated() {
      let here = frame.horizontal(place)
      let before = index > 0 ? (frame.horizontal(kept[index - 1]) + here) / 2 : max(0, here - 12)
      let after = index + 1 < kept.count ? (frame.horizontal(kept[index + 1]) + here) / 2 : min(size.width, here + 12)
      svg.rectangle(
        "hit", x: before, y: frame.top, width: after - before, height: frame.bottom - frame.top,
        title: places[place]?.joined(separator: "\n"))
    }
  }
}
