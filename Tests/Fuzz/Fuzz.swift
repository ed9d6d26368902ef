import ArgumentParser
import Foundation

/// Every parser, by the name that the command line calls it.
let parsers: [(name: String, make: @Sendable () throws -> any FuzzedParser)] = [
  (SafetensorsParser.name, { SafetensorsParser() }),
  (JSONParser.name, { JSONParser() }),
  (ModelParser.name, { ModelParser() }),
  (CIFARParser.name, { try CIFARParser() }),
  (ConfigurationParser.name, { try ConfigurationParser() }),
]

/// Feeds parsers a campaign of inputs that follow from a seed, and says what they did with them.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feed parsers inputs that are almost right.",
    discussion: """
      Input N of a seed is always the same. A parser that traps, waits, or takes more memory than an input's size accounts \
      for ends the program, which names the input: --first N --inputs 1 feeds that one again, and --print shows it.
      """)

  @Argument(help: "The parsers: \(parsers.map(\.name).joined(separator: ", ")) (default: all).")
  var names: [String] = []

  @Option(help: "Inputs for each parser.")
  var inputs = 1_000_000

  @Option(help: "The number of the first input.")
  var first = 0

  @Option(help: "What all inputs follow from.")
  var seed: UInt64 = 1

  @Flag(help: "Write the inputs themselves to standard output, and feed none.")
  var print = false

  static func main() {
    #if LIBFUZZER
      exit(runLibFuzzer(CommandLine.arguments))
    #else
      main(nil)
    #endif
  }

  mutating func validate() throws {
    for name in names where !parsers.contains(where: { $0.name == name }) {
      throw ValidationError("there is no parser \(name)")
    }
    guard inputs >= 1, first >= 0 else { throw ValidationError("--inputs must be at least 1, --first not negative") }
  }

  func run() throws {
    Interruption.announce()
    for (name, make) in parsers where names.isEmpty || names.contains(name) {
      let parser = try make()
      let numbers = first..<first + inputs
      if print {
        for number in numbers {
          FileHandle.standardOutput.write(Data(parser.input(seed: seed, number: number)))
        }
        continue
      }
      Swift.print("\(name): \(inputs) inputs of seed \(seed), from \(first) on")
      var campaign = Campaign()
      try campaign.run(parser, seed: seed, numbers: numbers)
      Swift.print(campaign)
    }
    Swift.print("peak of resident memory: \(peakResidentBytes() >> 20) MiB")
  }

  private func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
