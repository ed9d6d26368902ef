import Foundation
import Runs
import Testing

/// Which of file, environment and command line counts.
@Suite struct MergedArgumentsTests {
  /// What a merge gives, without the name of the file.
  private struct Merged {
    let arguments: [String]
    let origins: [String: GivenSetting.Origin]
    let notes: [String]
    let values: [String: String]
    let explanation: (String) -> String

    init(_ merged: MergedArguments, without path: String) {
      arguments = merged.arguments.filter { $0 != path && $0 != "--config" }
      (origins, notes, values) = (merged.origins, merged.notes, merged.values)
      explanation = { merged.explanation(of: $0) }
    }
  }

  /// Merges with a file of this text.
  private func merge(
    _ words: [String], file: String? = nil, environment: [String: String] = [:], byVariable: Bool = false
  ) throws -> Merged {
    let commands = ["run": SettingsFileTests.known, "train": Array(SettingsFileTests.known.prefix(3))]
    var (words, environment) = (words, environment)
    let path = FileManager.default.temporaryDirectory.appending(path: "merged-\(UUID()).yaml").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    if let file {
      try Data(file.utf8).write(to: URL(filePath: path))
      if byVariable { environment["DPTRAIN_CONFIG"] = path } else { words += ["--config", path] }
    }
    return Merged(
      try MergedArguments(words, commands: commands, defaultCommand: "run", environment: environment), without: path)
  }

  @Test("File < environment < flag")
  func precedence() throws {
    let file = "epochs: 1\nbatch-size: 2\nprune: 0.3\n"
    #expect(try merge([], file: file).arguments == ["run", "--epochs=1", "--batch-size=2", "--prune=0.3"])
    let both = try merge(
      ["--prune", "0.9"], file: file, environment: ["DPTRAIN_BATCH_SIZE": "7", "DPTRAIN_PRUNE": "0.1"])
    #expect(both.arguments == ["run", "--batch-size=7", "--epochs=1", "--prune", "0.9"])
    #expect(both.origins["batch-size"] == .environment("DPTRAIN_BATCH_SIZE"))
    #expect(both.origins["prune"] == nil && both.origins["epochs"]?.description.hasSuffix(", line 1") == true)
    #expect(try merge(["--epochs=5"], file: "epochs: 1").arguments == ["--epochs=5"])
    #expect(try merge(["train", "x"], file: "epochs: 1", byVariable: true).arguments == ["train", "--epochs=1", "x"])
    #expect(try merge([], environment: ["DPTRAIN_EPOCHS": ""]).arguments == [])
  }

  @Test("Switches can be turned off nearer by")
  func switches() throws {
    #expect(try merge([], file: "masked: true\nresume: true").arguments == ["run", "--masked", "--resume"])
    #expect(try merge([], file: "masked: false\nresume: false").arguments == ["run", "--no-masked"])
    #expect(try merge(["--no-masked"], file: "masked: true").arguments == ["--no-masked"])
    #expect(
      try merge([], file: "masked: true", environment: ["DPTRAIN_MASKED": "0"]).arguments == ["run", "--no-masked"])
    let error = #expect(throws: SettingsError.self) { try merge([], environment: ["DPTRAIN_MASKED": "2"]) }
    #expect(error?.description == "the environment variable DPTRAIN_MASKED: it is '2', expected true or false")
  }

  @Test("Of flags that take each other's place the nearest counts")
  func alternatives() throws {
    #expect(try merge(["--target-macs", "0.1"], file: "prune: 0.5").arguments == ["--target-macs", "0.1"])
    #expect(
      try merge([], file: "prune: 0.5", environment: ["DPTRAIN_TARGET_MACS": "0.1"]).arguments
        == ["run", "--target-macs=0.1"])
    // A switch displaces where it is on.
    let file = "prune: 0.5"
    #expect(try merge(["--prune-dead"], file: file).arguments == ["--prune-dead"])
    #expect(try merge(["--no-prune-dead"], file: file).arguments == ["run", "--prune=0.5", "--no-prune-dead"])
    #expect(
      try merge([], file: file, environment: ["DPTRAIN_PRUNE_DEAD": "true"]).arguments == ["run", "--prune-dead"])
    #expect(
      try merge([], file: file, environment: ["DPTRAIN_PRUNE_DEAD": "false"]).arguments
        == ["run", "--no-prune-dead", "--prune=0.5"])
    #expect(try merge(["--prune", "0.9"], file: "prune-dead: true").arguments == ["--prune", "0.9"])
    // Two in the same place are the parser's to refuse.
    #expect(try merge([], file: "prune: 0.5\ntarget-macs: 0.1").arguments.count == 3)
  }

  @Test("What results is known by name")
  func values() throws {
    let merged = try merge(
      ["--prune", "0.9", "--epochs=2", "--no-masked", "--epochs", "3"],
      file: "batch-size: 64\nresume: true\nmasked: true")
    #expect(merged.values == ["prune": "0.9", "epochs": "3", "masked": "false", "batch-size": "64", "resume": "true"])
  }

  @Test("Questions and other commands are left alone")
  func others() throws {
    let environment = ["DPTRAIN_EPOCHS": "3"]
    for words in [
      ["--help"], ["run", "-h"], ["--version"], ["help", "run"], ["predict", "m"],
      ["--generate-completion-script", "bash"],
    ] {
      #expect(try merge(words, environment: environment).arguments == words)
    }
    #expect(
      try merge(["--", "--epochs"], environment: environment).arguments == ["run", "--epochs=3", "--", "--epochs"])
  }

  @Test("What another command's settings are is said, what none are is refused")
  func foreign() throws {
    let merged = try merge(["train"], file: "epochs: 1\nprune: 0.5\n")
    #expect(merged.arguments == ["train", "--epochs=1"])
    #expect(merged.notes.count == 1 && merged.notes[0].hasPrefix("'dptrain train' has no prune: what "))
    #expect(throws: SettingsError.self) { try merge(["train"], file: "prone: 0.5\n") }
  }

  @Test("Variables of scripts are none of its business, likely mistakes are said")
  func variables() throws {
    let merged = try merge(
      [],
      environment: ["DPTRAIN_LAUNCHER": "srun", "DPTRAIN_MARCH": "native", "DPTRAIN_REQUEUES": "3", "DPTRAIN_XYZ": "1"])
    #expect(merged.arguments == [] && merged.notes.isEmpty)
    let mistaken = try merge([], environment: ["DPTRAIN_EPOCH": "3"])
    #expect(mistaken.notes == ["the environment variable DPTRAIN_EPOCH sets nothing; did you mean DPTRAIN_EPOCHS?"])
  }

  @Test("Messages about values tell where these come from")
  func explanation() throws {
    let merged = try merge(["--prune", "1"], file: "epochs: 1", environment: ["DPTRAIN_BATCH_SIZE": "x"])
    #expect(
      merged.explanation("Error: '--batch-size=x' and --prune")
        == "--batch-size comes from the environment variable DPTRAIN_BATCH_SIZE")
    #expect(merged.explanation("Error: --epochs").hasSuffix(".yaml, line 1"))
    #expect(merged.explanation("Error: --epoch --batch").isEmpty)
  }
}
