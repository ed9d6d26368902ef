import Foundation
import Runs
import Testing

/// What a configuration file may say.
@Suite struct SettingsFileTests {
  static let known = [
    Setting("epochs"), Setting("batch-size"), Setting("learning-rate"), Setting("prune"), Setting("prune-amounts"),
    Setting("target-macs"), Setting("output"), Setting("masked", isSwitch: true, hasNegation: true),
    Setting("prune-dead", isSwitch: true, hasNegation: true),
    Setting("resume", isSwitch: true),
  ]

  private func parse(_ text: String) throws -> [GivenSetting] {
    try SettingsFile.parse(text, path: "run.yaml", known: Self.known)
  }

  @Test("Names of flags with their values, each with its line")
  func values() throws {
    let found = try parse(
      """
      # A run.
      epochs: 20
      learning-rate: 1e-3   # small
      output: "runs/a b"
      prune-amounts: [0.5, 0.98]

      masked: yes
      """)
    #expect(found.map(\.name) == ["epochs", "learning-rate", "output", "prune-amounts", "masked"])
    #expect(found.map(\.value) == ["20", "1e-3", "runs/a b", "0.5,0.98", "yes"])
    #expect(found.map(\.origin) == [2, 3, 4, 5, 7].map { .file("run.yaml", line: $0) })
    #expect(try parse("").isEmpty && parse("# nothing\n").isEmpty)
  }

  @Test(
    "What is wrong is named with its line",
    arguments: [
      (
        "epochs: 3\nlearning_rate: 1",
        "run.yaml, line 2: there is no setting 'learning_rate'; did you mean 'learning-rate'?"
      ),
      ("epoch: 3", "run.yaml, line 1: there is no setting 'epoch'; did you mean 'epochs'?"),
      ("BATCH-SIZE: 3", "run.yaml, line 1: there is no setting 'BATCH-SIZE'; did you mean 'batch-size'?"),
      ("prnue: 0.5", "run.yaml, line 1: there is no setting 'prnue'; did you mean 'prune'?"),
      ("colour: red", "run.yaml, line 1: there is no setting 'colour'; 'dptrain config' lists them all"),
      ("\nepochs:", "run.yaml, line 2: 'epochs' has no value"),
      ("epochs: null", "run.yaml, line 1: 'epochs' has no value"),
      ("epochs: {a: 1}", "run.yaml, line 1: 'epochs' needs one value, or a list of values in brackets"),
      ("epochs: [[1]]", "run.yaml, line 1: 'epochs' needs one value, or a list of values in brackets"),
      ("masked: maybe", "run.yaml, line 1: 'masked' is 'maybe', expected true or false"),
      ("- epochs", "run.yaml, line 1: expected settings such as 'epochs: 20', one a line"),
      ("epochs", "run.yaml, line 1: expected settings such as 'epochs: 20', one a line"),
      ("? [a]\n: 1", "run.yaml, line 1: the name of a setting is a word"),
    ])
  func refused(text: String, message: String) throws {
    let error = #expect(throws: SettingsError.self) { try parse(text) }
    #expect(error?.description == message)
  }

  @Test(
    "What is no YAML, and what is said twice",
    arguments: ["a: [1", "a: b: c", "\t- x: 1", "epochs: 1\nprune: 0.5\nepochs: 2"])
  func noYAML(text: String) throws {
    let error = #expect(throws: SettingsError.self) { try parse(text) }
    #expect(error?.description.hasPrefix("run.yaml, line ") == true, "\(String(describing: error))")
    if text.hasPrefix("epochs") { #expect(error?.description.contains("set twice: 'epochs'") == true) }
  }

  /// Forty lines that stand for 2⁴⁰ values, and for as many as a key.
  @Test("References are refused before they are followed, marks within words are not", .timeLimit(.minutes(1)))
  func references() throws {
    let bomb = (1...40).reduce("? &a0 [x]\n: 1\n") { $0 + "? &a\($1) [*a\($1 - 1), *a\($1 - 1)]\n: 1\n" }
    for text in [bomb, "epochs: &a 3\nprune: *a", "{epochs: &a 3, prune:*a }", "[&a x,*a]", "- &a-b 3\n- *a-b"] {
      let error = #expect(throws: SettingsError.self) { try parse(text) }
      #expect(error?.description.hasPrefix("run.yaml refers to a value by an anchor") == true, "\(text)")
    }
    #expect(try parse("output: a&b*c & d * e").map(\.value) == ["a&b*c & d * e"])
    #expect(try parse("epochs: &a 3").map(\.value) == ["3"])
  }

  @Test("Files that cannot be read")
  func files() throws {
    func error(_ path: String) -> String? {
      #expect(throws: SettingsError.self) { try SettingsFile.read(path, known: Self.known) }?.description
    }
    #expect(error("no/such.yaml") == "there is no configuration file no/such.yaml")
    #expect(error("/") == "there is no configuration file /")
    let path = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID()).yaml").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0xFF, 0xFE, 0]).write(to: URL(filePath: path))
    #expect(error(path)?.contains("is no text in UTF-8") == true)
    #expect(truncate(path, 1 << 32) == 0)
    #expect(error(path)?.contains("is longer than 1 MiB") == true)
    try Data("epochs: 4\n".utf8).write(to: URL(filePath: path))
    #expect(try SettingsFile.read(path, known: Self.known).map(\.value) == ["4"])
  }

  @Test(
    "Values with what looks like an anchor and a reference to it can be read again",
    arguments: ["a &b *c", "*c, &b", "&b", "a&b"])
  func marks(value: String) throws {
    let values = ["output": value, "epochs": "*b"]
    let text = SettingsText.text(Self.known, values: values, origins: [:])
    #expect(try Dictionary(uniqueKeysWithValues: parse(text).map { ($0.name, $0.value) }) == values, "\(text)")
  }

  @Test("Byte order marks before a value are no part of it")
  func byteOrderMarks() throws {
    #expect(try parse("output: \u{FEFF}\u{FEFF}a\u{FEFF}b").map(\.value) == ["a\u{FEFF}b"])
    #expect(try parse("prune-amounts: [\u{FEFF}0.5, \u{FEFF}0.9]").map(\.value) == ["0.5,0.9"])
  }

  @Test("What is printed reads back the same")
  func text() throws {
    let values = [
      "epochs": "20", "learning-rate": "1e-05", "prune-amounts": "0.5,0.98", "output": "a: 'b' # \"c\"\nd",
      "masked": "false",
      "batch-size": "-3", "prune": "null",
    ]
    let text = SettingsText.text(Self.known, values: values, origins: ["epochs": .environment("DPTRAIN_EPOCHS")])
    #expect(text.contains("\nepochs: 20  # the environment variable DPTRAIN_EPOCHS\n"))
    #expect(text.contains("\n# target-macs:\n") && text.contains("\nprune-amounts: [0.5, 0.98]\n"))
    let found = try parse(text)
    #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) }) == values)
  }

  @Test("Distances count additions, losses, changes and swaps")
  func distances() {
    let cases = [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("prnue", "prune", 1), ("ca", "abc", 3)]
    for (one, other, distance) in cases {
      #expect(NearestName.distance(one, other) == distance && NearestName.distance(other, one) == distance)
    }
  }
}
