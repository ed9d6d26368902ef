import Yams

/// Settings as a configuration file.
public enum SettingsText {
  /// A line a setting under the headings of the help, with a comment where it came from; those without a value are comments
  /// themselves.
  ///
  /// - Parameter values: as a command line would give them; lists by commas.
  public static func text(
    _ settings: [Setting], values: [String: String], origins: [String: GivenSetting.Origin]
  ) -> String {
    var text = "# Settings for dptrain --config FILE\n"
    var section = ""
    for setting in settings {
      if setting.section != section {
        section = setting.section
        text += "\n# \(section)\n"
      }
      guard let value = values[setting.name] else {
        text += "# \(setting.name):\n"
        continue
      }
      let comment = origins[setting.name].map { "  # \($0)" } ?? ""
      text += "\(setting.name): \(scalar(value))\(comment)\n"
    }
    return text
  }

  /// A value as it must be written: plain where that reads back the same.
  private static func scalar(_ value: String) -> String {
    if value.wholeMatch(of: /[A-Za-z0-9.\/_][A-Za-z0-9.\/_+-]*/) != nil, !["null", "Null", "NULL"].contains(value) {
      return value
    }
    if value.wholeMatch(of: /[0-9.e+-]+(,[0-9.e+-]+)+/) != nil { return "[\(value.replacing(",", with: ", "))]" }
    let text = try? Yams.serialize(node: Node(value, Tag(.str), .doubleQuoted), width: -1, allowUnicode: true)
    let quoted = (text ?? value).replacing(/\n(\.\.\.\n)?$/, with: "")
    // Both marks in one file are taken for an anchor and what refers to it, wherever they stand.
    return quoted.replacing("&", with: "\\x26")
  }
}
