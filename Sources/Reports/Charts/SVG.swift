/// An SVG picture in the making: elements in the order in which they are painted.
///
/// Colours and fonts are the page's: elements carry classes, and the picture scales to the width it is given.
struct SVG {
  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    (self.width, self.height) = (width, height)
  }

  /// Adds an element.
  ///
  /// - Parameters:
  ///   - attributes: their values are escaped.
  ///   - text: what it holds, escaped.
  ///   - title: what shows where the pointer rests on it.
  mutating func add(
    _ name: String, _ attributes: KeyValuePairs<String, String>, text: String = "", title: String? = nil
  ) {
    body += "<\(name)"
    for (key, value) in attributes where !value.isEmpty { body += " \(key)=\"\(Markup.escape(value))\"" }
    let title = title.map { "<title>\(Markup.escape($0))</title>" } ?? ""
    body += text.isEmpty && title.isEmpty ? "/>" : ">\(title)\(Markup.escape(text))</\(name)>"
  }

  mutating func line(_ class: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    add(
      "line",
      [
        "class": `class`, "x1": Markup.number(x1), "y1": Markup.number(y1), "x2": Markup.number(x2),
        "y2": Markup.number(y2),
      ])
  }

  mutating func rectangle(
    _ class: String, x: Double, y: Double, width: Double, height: Double, opacity: Double? = nil, title: String? = nil
  ) {
    add(
      "rect",
      [
        "class": `class`, "x": Markup.number(x), "y": Markup.number(y), "width": Markup.number(max(0, width)),
        "height": Markup.number(max(0, height)), "fill-opacity": opacity.map(Markup.number) ?? "",
      ], title: title)
  }

  /// - Parameter anchor: `start`, `middle` or `end`.
  mutating func label(
    _ class: String, _ text: String, x: Double, y: Double, anchor: String = "start", rotated degrees: Double? = nil
  ) {
    add(
      "text",
      [
        "class": `class`, "x": Markup.number(x), "y": Markup.number(y), "text-anchor": anchor,
        "transform": degrees.map { "rotate(\(Markup.number($0)) \(Markup.number(x)) \(Markup.number(y)))" } ?? "",
      ], text: text)
  }

  mutating func polyline(_ class: String, _ points: [(x: Double, y: Double)]) {
    guard points.count > 1 else { return }
    let text = points.map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }.joined(separator: " ")
    add("polyline", ["class": `class`, "points": text])
  }

  /// A triangle around (x, y) that points upwards.
  mutating func triangle(_ class: String, x: Double, y: Double) {
    let corners = [(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)]
    add(
      "polygon",
      [
        "class": `class`,
        "points": corners.map { "\(Markup.number($0.0)),\(Markup.number($0.1))" }.joined(separator: " "),
      ])
  }

  mutating func dot(_ class: String, x: Double, y: Double, radius: Double, title: String? = nil) {
    add(
      "circle",
      ["class": `class`, "cx": Markup.number(x), "cy": Markup.number(y), "r": Markup.number(radius)], title: title)
  }

  /// The picture as an element of an HTML page.
  ///
  /// - Parameter description: what it shows, for those who cannot see it.
  func text(description: String) -> String {
    "<svg class=\"plot\" viewBox=\"0 0 \(Markup.number(width)) \(Markup.number(height))\" role=\"img\" "
      + "aria-label=\"\(Markup.escape(description))\">\(body)</svg>"
  }
}
