/// What every page has: head, style, and a foot.
struct PageShell {
  let title: String
  /// The seconds after which the page is loaded anew; nil for never.
  var refresh: Int?

  /// - Parameters:
  ///   - body: HTML.
  ///   - foot: text.
  func html(_ body: String, foot: String) -> String {
    let refresh = refresh.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">\(refresh)
      <link rel="icon" href="data:,">
      <title>\(Markup.escape(title))</title>
      <style>
      \(PageStyle.css)
      </style>
      </head>
      <body>
      <main>
      \(body)
      <footer>\(Markup.escape(foot))</footer>
      </main>
      </body>
      </html>

      """
  }
}

/// Pieces of a page.
enum Piece {
  /// A part of the page with a heading.
  ///
  /// - Parameter lead: HTML that comes before the rest, in a paragraph.
  static func section(_ id: String, _ heading: String, lead: String = "", _ body: String) -> String {
    let lead = lead.isEmpty ? "" : "<p class=\"lead\">\(lead)</p>\n"
    return "<section id=\"\(id)\">\n<h2>\(Markup.escape(heading))</h2>\n\(lead)\(body)\n</section>"
  }

  /// A picture with a heading and, where several things have colours, what they mean.
  static func figure(
    _ heading: String, legend: [(name: String, style: String)] = [], note: String = "", class: String = "",
    _ svg: String
  ) -> String {
    let keys = legend.map { "<span><i class=\"key \($0.style)\"></i>\(Markup.escape($0.name))</span>" }.joined()
    let note = note.isEmpty ? "" : "<span class=\"note\">\(Markup.escape(note))</span>"
    let below = keys.isEmpty && note.isEmpty ? "" : "<div class=\"legend\">\(keys)\(note)</div>"
    return """
      <figure\(`class`.isEmpty ? "" : " class=\"\(`class`)\"")><figcaption><h3>\(Markup.escape(heading))</h3>\(below)\
      </figcaption>\(svg)</figure>
      """
  }

  /// A number that a program can read as well as a person.
  ///
  /// - Parameter name: under which a program finds it.
  static func value(_ text: String, _ name: String, _ value: Double?) -> String {
    guard let value, value.isFinite else { return Markup.escape(text) }
    return "<span data-figure=\"\(name)\" data-value=\"\(value)\">\(Markup.escape(text))</span>"
  }

  /// A table. Its cells are HTML; all columns but the first are numbers.
  static func table(_ head: [String], _ rows: [[String]], class: String = "") -> String {
    let heads = head.map { "<th scope=\"col\">\(Markup.escape($0))</th>" }.joined()
    let lines = rows.map { row in
      "<tr><th scope=\"row\">\(row.first ?? "")</th>"
        + row.dropFirst().map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return "<div class=\"scroll\"><table class=\"\(`class`)\"><thead><tr>\(heads)</tr></thead>\n<tbody>\n"
      + lines.joined(separator: "\n") + "\n</tbody></table></div>"
  }

  /// Something that is shown where one asks for it.
  static func details(_ summary: String, _ body: String) -> String {
    "<details><summary>\(Markup.escape(summary))</summary>\n\(body)\n</details>"
  }
}
