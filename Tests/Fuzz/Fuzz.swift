import ArgumentParser
import Foundation

/// Every parser, by the name that the command line calls it.
let parsers: [(name: String, make: @Sendable () throws -> any FuzzedParser)] = [
  (SafetensorsParser.name, { SafetensorsParser() }),
  (JSONParser.name, { JSONParser() }),
  (ModelParser.name, { ModelParser() }),
  (CIFARParser.name, { try CIFARParser() }),
  (DatasetParser.name, { try DatasetParser() }),
  (PNGParser.name, { try PNGParser() }),
  (JPEGParser.name, { try JPEGParser() }),
  (SettingsParser.name, { SettingsParser() }),
  (ConfigurationParser.name, { try ConfigurationParser() }),
  (CheckpointParser.name, { try CheckpointParser() }),
  (DamagedCheckpointParser.name, { try DamagedCheckpointParser() }),
  (PackedParser.name, { try PackedParser() }),
  (ReportParser.name, { try ReportParser() }),
  (DatagramParser.name, { DatagramParser() }),
]

/// What campaigns are tested with.
let brokenParsers: [(name: String, make: @Sendable () throws -> any FuzzedParser)] = [
  (TrappingParser.name, { TrappingParser() }), (GreedyParser.name, { GreedyParser() }),
  (WaitingParser.name, { WaitingParser() }),
]

/// Feeds parsers a campaign of inputs that follow from a seed, and says what they did with them.
#if !LIBFUZZER
  @main
#endif
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

  @Flag(help: "Print the parsers' names, one a line, and feed none.")
  var list = false

  @Option(help: ArgumentHelp("Write what the parser accepts to a directory, and feed none.", valueName: "directory"))
  var seedsTo: String?

  @Option(help: "Seconds that an input may take.")
  var limit: UInt32 = 10

  mutating func validate() throws {
    for name in names where !(parsers + brokenParsers).contains(where: { $0.name == name }) {
      throw ValidationError("there is no parser \(name)")
    }
    guard inputs >= 1, first >= 0 else { throw ValidationError("--inputs must be at least 1, --first not negative") }
  }

  func run() throws {
    guard !list else { return Swift.print(parsers.map(\.name).joined(separator: "\n")) }
    Interruption.announce()
    for (name, make) in names.isEmpty ? parsers : (parsers + brokenParsers).filter({ names.contains($0.name) }) {
      let parser = try make()
      if let seedsTo {
        try FileManager.default.createDirectory(atPath: seedsTo, withIntermediateDirectories: true)
        for (number, seed) in parser.seeds.enumerated() {
          try Data(seed).write(to: URL(filePath: "\(seedsTo)/\(name)-\(number)"))
        }
        continue
      }
      let numbers = first..<first + inputs
      if print {
        for number in numbers {
          FileHandle.standardOutput.write(Data(parser.input(seed: seed, number: number)))
        }
        continue
      }
      Swift.print("\(name): \(inputs) inputs of seed \(seed), from \(first) on")
      var campaign = Campaign(secondsAllowed: limit)
      try campaign.run(parser, seed: seed, numbers: numbers)
      Swift.print(campaign)
    }
    guard !print && seedsTo == nil else { return }
    Swift.print("peak of resident memory: \(peakResidentBytes() >> 20) MiB")
  }

  private func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
