import MPI
import Runs

/// The manual page in mdoc(7), made of what `--help` prints, so that neither says what the other does not.
struct ManualPage {
  private let program: ParserHelp.Command
  private let settings: [Setting]

  init(_ program: ParserHelp.Command, settings: [Setting]) {
    self.program = program
    self.settings = settings
  }

  var text: String {
    let name = program.commandName
    let launcher = MPIImplementation.current.launcher
    var lines = [
      ".Dd \(Dptrain.versionDate)", ".Dt \(name.uppercased()) 1", ".Os", ".Sh NAME", ".Nm \(name)",
      ".Nd \(Self.escaped(Self.lowered(program.abstract ?? "")))", ".Sh SYNOPSIS", ".Nm", ".Op Ar command",
      ".Op Ar flags", ".Nm \(launcher)", ".Fl n Ar ranks", ".Nm dptrain", ".Op Ar command", ".Op Ar flags",
      ".Sh DESCRIPTION",
    ]
    lines += Self.prose(program.discussion ?? "")
    lines += [".Sh COMMANDS"]
    for command in program.subcommands ?? [] { lines += section(command, path: name) }
    lines += environment
    lines += [
      ".Sh EXIT STATUS", ".Bl -tag -width Ds", ".It 0", "All is done.", ".It 1",
      "Something could not be done; the message says what, on which file, and what to do.", ".It 2",
      "The command line, the configuration file or the environment is at fault.", ".It \(ExitStatus.resume)",
      "The run was stopped and can be resumed.", ".It 76", "A rank kept the others waiting longer than",
      ".Fl -timeout .",
      ".El", ".Sh SEE ALSO", ".Xr \(launcher) 1",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ command: ParserHelp.Command, path: String) -> [String] {
    guard command.shouldDisplay, command.commandName != "help" else { return [] }
    let path = "\(path) \(command.commandName)"
    let arguments = (command.arguments ?? []).filter { $0.shouldDisplay && !Self.isEverywhere($0) }
    var lines = [".Ss \(path)"]
    lines += Self.prose(command.abstract ?? "")
    if let discussion = command.discussion { lines += [".Pp"] + Self.prose(discussion) }
    var titles: [String] = []
    for argument in arguments where !titles.contains(argument.sectionTitle ?? "") {
      titles.append(argument.sectionTitle ?? "")
    }
    for title in titles {
      if !title.isEmpty { lines += [".Pp", ".Em \(title)"] }
      lines += [".Bl -tag -width Ds"]
      for argument in arguments where (argument.sectionTitle ?? "") == title {
        lines += Self.item(argument, in: arguments)
      }
      lines += [".El"]
    }
    return lines + (command.subcommands ?? []).flatMap { section($0, path: path) }
  }

  /// What every command has.
  private static func isEverywhere(_ argument: ParserHelp.Argument) -> Bool {
    ["help", "version"].contains(argument.preferredName?.name ?? "")
  }

  private static func item(_ argument: ParserHelp.Argument, in all: [ParserHelp.Argument]) -> [String] {
    let name = argument.preferredName?.name ?? ""
    func has(_ name: String) -> Bool { all.contains { $0.preferredName?.name == name } }
    // The other half of a switch stands beside the first.
    if name.hasPrefix("no-"), has(String(name.dropFirst(3))) { return [] }
    let value = argument.valueName ?? "value"
    var lines: [String]
    switch argument.kind {
    case "positional": lines = [".It Ar \(value)" + (argument.isRepeating ? " ..." : "")]
    case "flag": lines = [".It " + flags(argument) + (has("no-\(name)") ? " , Fl -no-\(name)" : "")]
    default: lines = [".It \(flags(argument)) Ar \(value)"]
    }
    var words = argument.abstract ?? ""
    if let preset = argument.defaultValue, !words.contains("default") { words += " (default: \(preset))" }
    if let values = argument.allValues, !values.allSatisfy({ words.contains($0) }) {
      words += " One of \(values.joined(separator: ", "))."
    }
    lines.append(escaped(words))
    return lines
  }

  private static func flags(_ argument: ParserHelp.Argument) -> String {
    (argument.names ?? []).map { "Fl \($0.flag.dropFirst())" }.joined(separator: " , ")
  }

  private var environment: [String] {
    let first = "Every flag of the commands that make runs, and of plan, can be set by a variable, and by a"
    return [
      ".Sh ENVIRONMENT", first, "line of the file that", ".Fl -config", "names.",
      "The file counts least, then the environment, then the flag.",
      ".Bl -tag -width Ds", ".It Ev DPTRAIN_CONFIG", "The configuration file, where", ".Fl -config", "is not given.",
    ] + settings.flatMap { [".It Ev \($0.variable)", "Sets", ".Fl -\($0.name) ."] } + [".El"]
  }

  /// Paragraphs, and indented lines as they are.
  private static func prose(_ text: String) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n\n") {
      let isLiteral = paragraph.hasPrefix("  ")
      // A display has its own distance.
      if !lines.isEmpty, !isLiteral { lines.append(".Pp") }
      if isLiteral {
        lines.append(".Bd -literal -offset indent")
        lines += paragraph.split(separator: "\n").map { String($0.dropFirst(2)).replacing("\\", with: "\\e") }
        lines.append(".Ed")
      } else {
        lines += paragraph.split(separator: "\n").map { escaped(String($0)) }
      }
    }
    return lines
  }

  /// Text no line of which is taken for a macro, a sentence a line as mdoc wants it.
  private static func escaped(_ text: String) -> String {
    let lines = text.replacing("\\", with: "\\e").replacing(/([.?!]\)?) +/) { "\($0.1)\n" }
    return lines.split(separator: "\n").map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : "\($0)" }
      .joined(separator: "\n")
  }

  /// As in the middle of a line, without the full stop.
  private static func lowered(_ text: String) -> String {
    let text = text.hasSuffix(".") ? String(text.dropLast()) : text
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
