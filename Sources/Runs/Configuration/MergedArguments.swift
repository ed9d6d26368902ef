/// A command line with what a configuration file and the environment add to it: file < environment < flag.
public struct MergedArguments: Sendable, Equatable {
  /// The words to parse.
  public private(set) var arguments: [String]
  /// Where those settings come from that the command line does not give.
  public private(set) var origins: [String: GivenSetting.Origin] = [:]
  /// What the words to parse say of settings, as they say it.
  public private(set) var values: [String: String] = [:]
  /// What the user should know.
  public private(set) var notes: [String] = []

  /// Flags that take each other's place: one of them given nearer displaces those given farther away, a switch where it is on.
  static let alternatives = [Set(PruningSettings.goals)]

  /// - Parameters:
  ///   - words: the command line without the program's name.
  ///   - commands: the commands that take settings, each with its own; others are left alone.
  ///   - defaultCommand: the command where the line names none.
  /// - Throws: `SettingsError` where the file or a variable cannot be used.
  public init(
    _ words: [String], commands: [String: [Setting]], defaultCommand: String, environment: [String: String]
  ) throws(SettingsError) {
    arguments = words
    // Asking for help must work whatever is configured.
    let asks = ["-h", "--help", "-help", "--version", "--experimental-dump-help"]
    if words.contains(where: { asks.contains($0) || $0.hasPrefix("--generate-completion-script") }) { return }
    let isNamed = words.first.map { !$0.hasPrefix("-") } ?? false
    let command = isNamed ? words[0] : defaultCommand
    guard let own = commands[command] else { return }
    let rest = isNamed ? Array(words.dropFirst()) : words
    let given = Self.given(rest)

    var known: [Setting] = []
    for setting in commands.sorted(by: { $0.key < $1.key }).flatMap(\.value)
    where !known.contains(where: { $0.name == setting.name }) {
      known.append(setting)
    }
    let fromEnvironment = try SettingsEnvironment.settings(environment, known: known)
    notes += SettingsEnvironment.suspects(environment, known: known)
    let variable = environment[SettingsEnvironment.configVariable].flatMap { $0.isEmpty ? nil : $0 }
    var fromFile: [GivenSetting] = []
    if let path = Self.value(of: "config", in: rest) ?? variable {
      fromFile = try SettingsFile.read(path, known: known)
      let foreign = fromFile.filter { setting in !own.contains { $0.name == setting.name } }.map(\.name)
      if !foreign.isEmpty {
        notes.append(
          "'dptrain \(command)' has no \(foreign.joined(separator: ", ")): what \(path) says there is passed over")
      }
    }

    var added: [String] = []
    var nearer = given
    var displacing = given.subtracting(Self.turnedOff(rest))
    for level in [fromEnvironment, fromFile] {
      let taken = level.filter { setting in
        own.contains { $0.name == setting.name } && !nearer.contains(setting.name)
          && !Self.alternatives.contains { $0.contains(setting.name) && !$0.isDisjoint(with: displacing) }
      }
      for setting in taken {
        let words = own.first { $0.name == setting.name }?.arguments(setting.value) ?? []
        added += words
        if !words.isEmpty, Self.turnedOff(words).isEmpty { displacing.insert(setting.name) }
        origins[setting.name] = setting.origin
      }
      nearer.formUnion(taken.map(\.name))
    }
    if !added.isEmpty { arguments = [command] + added + rest }
    for setting in own { values[setting.name] = Self.value(of: setting, in: added + rest) }
  }

  /// The switches that words turn off.
  private static func turnedOff(_ words: [String]) -> Set<String> {
    Set(words.prefix { $0 != "--" }.filter { $0.hasPrefix("--no-") }.map { String($0.dropFirst(5)) })
  }

  /// The flags of a command line, without `--no-`.
  private static func given(_ words: [String]) -> Set<String> {
    Set(
      words.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { word in
        let name = word.dropFirst(2).prefix { $0 != "=" }
        return String(name.hasPrefix("no-") ? name.dropFirst(3) : name)
      })
  }

  private static func value(of setting: Setting, in words: [String]) -> String? {
    guard setting.isSwitch else { return value(of: setting.name, in: words) }
    let last = words.prefix { $0 != "--" }.last { $0 == "--\(setting.name)" || $0 == "--no-\(setting.name)" }
    return last.map { $0 == "--\(setting.name)" ? "true" : "false" }
  }

  /// The last value of a flag.
  private static func value(of name: String, in words: [String]) -> String? {
    var found: String?
    for (index, word) in words.enumerated() {
      if word == "--" { break }
      if word == "--\(name)", index + 1 < words.count { found = words[index + 1] }
      if word.hasPrefix("--\(name)=") { found = String(word.dropFirst(name.count + 3)) }
    }
    return found
  }

  /// What to add to a message about flags that the command line does not hold.
  public func explanation(of message: String) -> String {
    let names = origins.keys.sorted().filter { name in
      message.matches(of: /--(no-)?([a-z0-9-]+)/).contains { $0.2 == name }
    }
    return names.map { name in origins[name].map { "--\(name) comes from \($0)" } ?? "" }.joined(separator: "\n")
  }
}
