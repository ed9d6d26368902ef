import Text
import ArgumentParser

/// `dptrain manual`: the manual page, for `make install`.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page in mdoc(7).", shouldDisplay: false)

  func run() throws {
    let settings = CommandSettings.all["run"] ?? []
    print(ManualPage(try ParserHelp.ofProgram().command, settings: settings).text, terminator: "")
  }
}
