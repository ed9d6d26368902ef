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
      // A line that breaks inside a flag is hard to read.
      let words = session.command.split(separator: " ", omittingEmptySubsequences: false).map {
        "<span>\(Markup.escape(String($0)))</span>"
      }
      return "<h3 class=\"below\">The command that makes it again</h3><pre class=\"command\"><code>"
        + words.joined(separator: " ") + "</code></pre>\(note)"
    }
    return Piece.section("settings", "Settings", (command ?? "") + list)
  }
}
