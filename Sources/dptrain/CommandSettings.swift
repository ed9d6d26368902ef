import ArgumentParser
import Foundation
import Runs

/// Which settings the commands have: read off what the argument parser says of itself, so that no flag can be forgotten.
enum CommandSettings {
  /// This program's command line with what a configuration file and the environment add.
  static let given: Result<MergedArguments, SettingsError> = Result { () throws(SettingsError) in
    let words = Array(CommandLine.arguments.dropFirst())
    let environment = ProcessInfo.processInfo.environment
    let isConfigured =
      words.first == "config" || words.contains { $0.hasPrefix("--config") }
      || environment.keys.contains { $0.hasPrefix(Setting.variablePrefix) }
    return try MergedArguments(
      words, commands: isConfigured ? all : [:], defaultCommand: "run", environment: environment)
  }

  /// The commands that take a configuration file, each with its settings in the order of its help.
  static let all: [String: [Setting]] = {
    let commands: [any ParsableCommand.Type] = [
      RunCommand.self, TrainCommand.self, PruneCommand.self, ResumeCommand.self, EvaluateCommand.self, PlanCommand.self,
      ConfigCommand.self,
    ]
    let named = Set(commands.compactMap { $0.configuration.commandName })
    guard let help = try? ParserHelp.ofProgram() else { return [:] }
    var result: [String: [Setting]] = [:]
    for command in help.command.subcommands ?? [] where named.contains(command.commandName) {
      result[command.commandName] = settings(command.arguments ?? [])
    }
    // Were its own 'batch' known, a run would pass it over in a file where 'batch-size' was meant.
    let ofRuns = Set((result["run"] ?? []).map(\.name))
    result["evaluate"]?.removeAll { !ofRuns.contains($0.name) }
    return result
  }()

  private static func settings(_ arguments: [ParserHelp.Argument]) -> [Setting] {
    let flags = arguments.filter { $0.kind != "positional" }.map { ($0, $0.preferredName?.name ?? "") }
    let names = Set(flags.map(\.1))
    return flags.compactMap { argument, name in
      if ["help", "version", "config"].contains(name) { return nil }
      if name.hasPrefix("no-"), names.contains(String(name.dropFirst(3))) { return nil }
      return Setting(
        name, isSwitch: argument.kind == "flag", hasNegation: names.contains("no-\(name)"),
        section: argument.sectionTitle ?? "")
    }
  }
}
