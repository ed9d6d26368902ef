import Plotting

extension ReportPage {
  /// The run's settings, and the command that makes it again.
  var settings: String {
    let rows = run.settings.keys.sorted().map { key in
      "<div><dt>\(Markup.escape(key))</dt><dd>\(Markup.escape(run.settings[key] ?? ""))</dd></div>"
    }
    let list = "<dl class=\"settings\">\n" + rows.joined(separator: "\n") + "\n</dl>"
    let command = record?.sessions.first.map { session in
      let note =
        run.configuration.exchange == .native
        ? "" : "<p class=\"lead\">On 1, 2, 4, 8 … ranks it ends with the same bits.</p>"
      return "<h3>The command that makes it again</h3><pre><code>\(Markup.escape(session.command))</code></pre>\(note)"
    }
    return Piece.section("settings", "Settings", (command ?? "") + list)
  }
}
