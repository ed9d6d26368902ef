/// Text in aligned columns, with a thin line below the header and wherever one is asked for.
package struct Table {
  package enum Alignment {
    case left
    case right
  }

  private enum Line {
    case row([String])
    case rule
  }

  private let columns: [(header: [String], alignment: Alignment)]
  private var lines: [Line] = []

  /// Columns by their headers, which may have several lines; the last lines stand beside each other.
  package init(_ columns: [(header: String, alignment: Alignment)]) {
    let headers = columns.map { $0.header.split(separator: "\n").map(String.init) }
    let height = headers.map(\.count).max() ?? 0
    self.columns = zip(headers, columns).map { header, column in
      ([String](repeating: "", count: height - header.count) + header, column.alignment)
    }
  }

  /// Adds a row; columns that it has no cell for are empty.
  package mutating func add(_ cells: [String]) { lines.append(.row(cells)) }

  /// Adds a thin line across all columns.
  package mutating func addRule() { lines.append(.rule) }

  /// The table, each line ended by a newline and free of trailing spaces.
  package var text: String {
    let headerLines = (0..<(columns.first?.header.count ?? 0)).map { line in columns.map { $0.header[line] } }
    let rows = lines.compactMap { if case .row(let cells) = $0 { cells } else { nil } }
    let widths = columns.indices.map { column in
      (headerLines + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * max(0, columns.count - 1)) + "\n"
    var text = headerLines.map { render($0, widths) }.joined() + rule
    for line in lines {
      switch line {
      case .row(let cells): text += render(cells, widths)
      case .rule: text += rule
      }
    }
    return text
  }

  private func render(_ cells: [String], _ widths: [Int]) -> String {
    let padded = columns.indices.map { column in
      let cell = column < cells.count ? cells[column] : ""
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return columns[column].alignment == .left ? cell + padding : padding + cell
    }
    let line = padded.joined(separator: "  ")
    return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count)) + "\n"
  }
}
