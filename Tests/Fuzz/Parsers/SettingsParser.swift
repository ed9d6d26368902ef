import Runs

/// A settings file in YAML, what it makes of a command line, and what is printed of that.
struct SettingsParser: FuzzedParser {
  static let name = "settings"

  private static let known = [
    Setting("epochs"), Setting("batch-size"), Setting("learning-rate"), Setting("prune"), Setting("prune-amounts"),
    Setting("target-macs"), Setting("output"), Setting("masked", isSwitch: true, hasNegation: true),
    Setting("resume", isSwitch: true),
  ]

  private let file = MemoryFile()

  let seeds = [
    "", "# nothing\n", "epochs: 20\nbatch-size: 256\n", "prune: 0.98\nmasked: true\nresume: no\n",
    "prune-amounts: [0.5, 0.98]   # two rounds\nlearning-rate: 1e-3\n", "prune-amounts:\n  - 0.5\n  - 0.98\n",
    "output: \"runs/a \\\"b\\\" \\u00e9\"\nepochs: '3'\n", "output: |\n  a\n  b\nepochs: >\n  3\n  4\n",
    "%YAML 1.1\n---\n{epochs: 3, prune: !!str 0.5, masked: false}\n...\n", "? epochs\n: 3\n",
    "epochs: &a 3\noutput: x\n",
  ].map { Array($0.utf8) }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(
      &input,
      words: [
        "&a ", "*a", "&b [*a, *a]", "- ", "? ", ": ", "!!str ", "!x!y ", "|\n ", ">-\n ", "'", "---\n", "...\n",
        "%TAG ! x\n",
        "<<: *a\n", "{a: b}", "\t", "\r", "\u{85}", "\u{FEFF}", "\\x00", "true", "epochs", "resume", "prnue", "null",
        "~",
        "prune: 0.5\ntarget-macs: 0.1\n", String(repeating: "[", count: 1_200), String(repeating: "? ", count: 600),
      ])
  }

  func read(_ input: [UInt8]) throws {
    file.replace(by: input)
    let merged = try MergedArguments(
      ["run", "--config", file.path], commands: ["run": Self.known, "train": Array(Self.known.prefix(3))],
      defaultCommand: "run", environment: [:])
    // What is printed must give the same again.
    let text = SettingsText.text(Self.known, values: merged.values, origins: [:])
    let again = try? SettingsFile.parse(text, path: "again", known: Self.known)
    guard let again, Dictionary(uniqueKeysWithValues: again.map { ($0.name, $0.value) }) == merged.values else {
      fatalError("printed as \(text), \(merged.values) is \(String(describing: again))")
    }
  }
}
