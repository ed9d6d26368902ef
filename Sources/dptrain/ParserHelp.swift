import Foundation

/// What the argument parser says of the program: its `--experimental-dump-help`, as far as it is needed here.
struct ParserHelp: Decodable {
  struct Name: Decodable {
    let kind: String
    let name: String

    /// As it is typed.
    var flag: String { kind == "short" ? "-\(name)" : "--\(name)" }
  }

  struct Argument: Decodable {
    let kind: String
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let preferredName: Name?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let sectionTitle: String?
    let abstract: String?
  }

  struct Command: Decodable {
    let commandName: String
    let shouldDisplay: Bool
    let abstract: String?
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [Command]?
  }

  let command: Command

  static func ofProgram() throws -> ParserHelp {
    try JSONDecoder().decode(ParserHelp.self, from: Data(Dptrain._dumpHelp().utf8))
  }
}
