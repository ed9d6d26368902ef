/// The rectangle that a plot's values lie in, between its axes.
struct Frame {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double
  let x: Axis
  let y: Axis

  /// - Parameters:
  ///   - size: of the whole picture.
  ///   - top: the room above, for marks' names.
  init(_ size: (width: Double, height: Double), x: Axis, y: Axis, top: Double) {
    (self.x, self.y) = (x, y)
    let longest = y.ticks.map { y.format($0).count }.max() ?? 0
    left = 14 + 8 * Double(longest)
    // The last tick's name is centred below its place, perhaps the right end.
    let last = x.ticks.last.map { x.format($0).count } ?? 0
    right = size.width - max(16, 4.6 * Double(last))
    self.top = top
    bottom = size.height - (x.label.isEmpty ? 26 : 46)
  }

  func horizontal(_ value: Double) -> Double { left + x.place(value) * (right - left) }
  func vertical(_ value: Double) -> Double { bottom - y.place(value) * (bottom - top) }

  /// Draws grid lines, ticks and their names.
  func draw(in svg: inout SVG) {
    for tick in y.ticks {
      let place = vertical(tick)
      svg.line("grid", left, place, right, place)
      svg.label("tick", y.format(tick), x: left - 7, y: place + 4, anchor: "end")
    }
    svg.line("axis", left, bottom, right, bottom)
    for tick in x.ticks {
      let place = horizontal(tick)
      svg.line("axis", place, bottom, place, bottom + 4)
      svg.label("tick", x.format(tick), x: place, y: bottom + 19, anchor: "middle")
    }
    if !x.label.isEmpty {
      svg.label("axis-name", x.label, x: (left + right) / 2, y: svg.height - 6, anchor: "middle")
    }
  }
}
