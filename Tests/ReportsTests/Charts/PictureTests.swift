import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Pictures as an XML parser finds them.
struct PictureTests {
  /// The elements of a picture: name, attributes and text.
  private final class Elements: NSObject, XMLParserDelegate {
    var all: [(name: String, attributes: [String: String], text: String)] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      all.append((name, attributes, ""))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      guard !all.isEmpty else { return }
      all[all.count - 1].text += text
    }

    func with(class style: String) -> [[String: String]] {
      all.filter { ($0.attributes["class"] ?? "").split(separator: " ").contains(Substring(style)) }.map(\.attributes)
    }

    func numbers(_ style: String, _ attribute: String) -> [Double] {
      with(class: style).compactMap { $0[attribute].flatMap(Double.init) }
    }

    var texts: [String] { all.filter { $0.name == "text" }.map(\.text) }
    var titles: [String] { all.filter { $0.name == "title" }.map(\.text) }
  }

  private func parse(_ svg: String) throws -> Elements {
    let parser = XMLParser(data: Data(svg.utf8))
    let elements = Elements()
    parser.delegate = elements
    try #require(parser.parse(), "\(svg)")
    return elements
  }

  private let plain: @Sendable (Double) -> String = { "\(Int($0))" }

  @Test func aLineGoesThroughItsPoints() throws {
    var chart = LineChart(
      x: Axis(domain: 0...10, ticks: [0, 5, 10], format: plain),
      y: Axis(domain: 0...100, ticks: [0, 50, 100], format: plain),
      series: [
        .init(
          "one", color: 1,
          points: [.init(x: 0, y: 0, title: "low"), .init(x: 5, y: 50), .init(x: 10, y: 100, title: "high")])
      ])
    chart.marks = [.init(x: 5, name: "half", title: "the middle")]
    let elements = try parse(chart.svg(description: "a line"))
    let line = try #require(elements.with(class: "s1").first { $0["points"] != nil })
    let points = try #require(line["points"]).split(separator: " ").map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    #expect(points.count == 3)
    // The middle point lies between the two others, and lower values lie lower in the picture.
    #expect(abs(points[1][0] - (points[0][0] + points[2][0]) / 2) < 0.02)
    #expect(abs(points[1][1] - (points[0][1] + points[2][1]) / 2) < 0.02)
    #expect(points[0][0] < points[2][0] && points[0][1] > points[2][1])
    // A mark stands where its value does, a grid line at each tick.
    #expect(elements.numbers("mark", "x1") == [points[1][0]])
    #expect(elements.numbers("grid", "y1") == [points[0][1], points[1][1], points[2][1]])
    #expect(
      elements.titles.contains("low") && elements.titles.contains("high") && elements.titles.contains("the middle"))
    #expect(elements.texts.contains("half"))
    #expect(elements.all[0].attributes["aria-label"] == "a line")
  }

  @Test func whatIsNotFiniteBreaksTheLine() throws {
    let points = [1, 2, .nan, 3, .infinity, 4, 5].enumerated().map {
      LineChart.Point(x: Double($0.offset), y: $0.element)
    }
    let chart = LineChart(
      x: Axis(domain: 0...6, format: plain), y: Axis(covering: points.map(\.y), format: plain),
      series: [.init("one", color: 2, points: points)])
    let svg = chart.svg(description: "")
    let elements = try parse(svg)
    #expect(elements.all.filter { $0.name == "polyline" }.count == 2)
    #expect(elements.all.filter { $0.name == "circle" }.count == 5)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  /// Twenty epochs of a loss that falls from 2.3 to 0.4, with one at 118.
  private static let spiked = (1...20).map { epoch in
    LineChart.Point(
      x: Double(epoch), y: epoch == 12 ? 118 : 2.3 * pow(0.91, Double(epoch - 1)), title: "epoch \(epoch)")
  }

  @Test func oneSpikeDoesNotFlattenTheRest() throws {
    let spikes = try #require(Spikes(Self.spiked))
    #expect(spikes.count == 1 && spikes.greatest == 118 && spikes.limit == 2.3)
    let values = Self.spiked.map(\.y).filter { $0 <= spikes.limit }
    let y = Axis(covering: values, including: 0, format: plain)
    #expect(y.domain.lowerBound == 0 && y.domain.upperBound >= 2.3 && y.domain.upperBound <= 3)
    let chart = LineChart(
      x: Axis(domain: 0...20, format: plain), y: y, series: [.init("one", color: 1, points: Self.spiked)])
    let elements = try parse(chart.svg(description: ""))
    let line = try #require(elements.with(class: "line").first?["points"]).split(separator: " ").map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let (top, bottom) = (
      try #require(elements.numbers("grid", "y1").min()), try #require(elements.numbers("grid", "y1").max())
    )
    // Everything lies in the frame; the spike at its upper end, the others over more than half of its height.
    #expect(line.count == 20 && line.allSatisfy { $0[1] >= top - 0.02 && $0[1] <= bottom + 0.02 })
    #expect(abs(line[11][1] - top) < 0.02)
    #expect(line[19][1] - line[0][1] > (bottom - top) / 2)
    // A triangle in place of the spike's dot, right there.
    let triangle = try #require(elements.with(class: "beyond").first?["points"])
    #expect(elements.with(class: "beyond").count == 1 && elements.with(class: "dot").count == 19)
    #expect(triangle.hasPrefix("\(Markup.number(line[11][0])),"))
    #expect(elements.titles.contains("epoch 12"))
  }

  /// What rises little, or often, or falls by steps, is no spike.
  @Test(arguments: [
    [2.3, 1.6, 1.2, 0.9, 0.7], [2.3, 0.7, 0.5, 0.4, 0.3, 0.2], [5, 1, 1, 1, 1, 1, 1], [118, 118, 118, 1, 1, 1, 1],
    [118, 1, 1], [1, .infinity, 1, 1, 1], [0, 0, 0, 0, 3], [],
  ])
  func whatIsNoSpike(values: [Double]) {
    #expect(Spikes(values.enumerated().map { LineChart.Point(x: Double($0), y: $1) }) == nil)
  }

  /// Of two curves that run away in the same epoch, and of spikes of several sizes.
  @Test func spikesOfTwoCurves() {
    let points = [2.0, 118, 1.5, 1.2, 1].enumerated().flatMap { place, value in
      [1, 0.9].map { LineChart.Point(x: Double(place), y: $0 * value) }
    }
    #expect(Spikes(points).map { [$0.limit, Double($0.count), $0.greatest] } == [2, 1, 118])
    let several = [118, 40, 12.0] + (0..<12).map { 2 - Double($0) / 10 }
    let spikes = Spikes(several.enumerated().map { LineChart.Point(x: Double($0), y: $1) })
    #expect(spikes.map { [$0.limit, Double($0.count)] } == [2, 3])
  }

  /// A run of many epochs does not make a page of megabytes.
  @Test func longLinesHaveFewTitles() throws {
    let points = (0..<5000).map { LineChart.Point(x: Double($0), y: Double($0 % 7), title: "\($0)") }
    let chart = LineChart(
      x: Axis(domain: 0...5000, format: plain), y: Axis(domain: 0...7, format: plain),
      series: [.init("one", color: 1, points: points)])
    let titles = try parse(chart.svg(description: "")).titles
    #expect(titles.count <= 162 && titles.last == "4999" && titles.first == "0")
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let chart = BarChart(
      rows: [
        .init("a", [.init(10, style: "kept", title: "ten"), .init(30, style: "gone", title: "thirty")], note: "25 %"),
        .init("b", [.init(0, style: "kept", title: "none"), .init(80, style: "gone", title: "eighty")]),
      ], format: plain)
    let elements = try parse(chart.svg(description: ""))
    let widths = elements.numbers("bar", "width")
    #expect(widths.count == 3)
    #expect(abs(widths[1] / widths[0] - 3) < 0.01 && abs(widths[2] / widths[0] - 8) < 0.01)
    // Segments follow each other without a gap.
    let starts = elements.numbers("bar", "x")
    #expect(abs(starts[0] + widths[0] - starts[1]) < 0.02 && starts[0] == starts[2])
    #expect(elements.titles == ["ten", "thirty", "eighty"] && elements.texts.contains("25 %"))
  }

  @Test func columnsStandOnEachOther() throws {
    let chart = HistogramChart(
      x: Axis(domain: 0...2, format: plain), limits: [0, 1, 2],
      layers: [.init([10, 0], style: "kept"), .init([10, 40], style: "gone")], titles: ["first", "second"],
      yFormat: plain)
    let elements = try parse(chart.svg(description: ""))
    let heights = elements.numbers("bar", "height")
    let tops = elements.numbers("bar", "y")
    #expect(heights.count == 3)
    #expect(abs(heights[0] - heights[1]) < 0.02 && abs(heights[2] / heights[0] - 4) < 0.01)
    #expect(abs(tops[1] + heights[1] - tops[0]) < 0.02)
    #expect(elements.titles == ["first", "second"])
  }

  @Test func cellsAreShadedByStrength() throws {
    let cells = [[1.0, 0.25], [0, 2]].enumerated().map { row, values in
      values.enumerated().map { column, value in
        HeatMap.Cell(
          "\(row)\(column)", strength: value, style: row == column ? "right" : "wrong", title: "t\(row)\(column)")
      }
    }
    let map = HeatMap(names: ["cat", "dog"], rowTitle: "true", columnTitle: "predicted", cells: cells)
    let elements = try parse(map.svg(description: ""))
    #expect(elements.numbers("right", "fill-opacity") == [1, 1])
    #expect(elements.numbers("wrong", "fill-opacity") == [0.25, 0])
    #expect(elements.titles == ["t00", "t01", "t10", "t11"])
    #expect(elements.texts.filter { $0 == "cat" }.count == 2)
  }

  /// Names come from files that anybody may have written.
  @Test func textIsNeverMarkup() throws {
    let evil = "<script>alert('1 & \"2\"')</script>\u{0}\u{1B}"
    let chart = BarChart(rows: [.init(evil, [.init(1, style: "kept", title: evil)], note: evil)], format: plain)
    let svg = chart.svg(description: evil)
    let elements = try parse(svg)
    #expect(!svg.contains("<script"))
    let shown = "<script>alert('1 & \"2\"')</script>\u{FFFD}\u{FFFD}"
    #expect(elements.texts.filter { $0 == shown }.count == 2 && elements.titles == [shown])
    #expect(elements.all[0].attributes["aria-label"] == shown)
  }

  @Test(arguments: [
    (0.0, "0"), (12, "12"), (0.5, "0.5"), (-3.25, "-3.25"), (0.004, "0"), (-0.004, "0"), (1.999, "2"), (7.05, "7.05"),
    (.nan, "0"), (.infinity, "0"), (-0.5, "-0.5"),
  ])
  func numbersAreShort(value: Double, text: String) { #expect(Markup.number(value) == text) }
}
