import Foundation
import TestSupport
import Testing

/// Settings by file, environment and flag.
struct ConfigurationTests {
  private func config(
    _ arguments: [String], _ scratch: Scratch, environment: [String: String?] = [:]
  ) throws -> [String: String] {
    let result = try run(
      builtExecutable("dptrain"), ["config"] + arguments, environment: environment, directory: scratch.url)
    try #require(result.succeeded, "\(result)")
    let pairs = result.outputLines.compactMap { $0.firstMatch(of: /^([a-z0-9-]+): (.*?)(  #.*)?$/) }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0.1), String($0.2)) })
  }

  @Test func fileThenEnvironmentThenFlag() throws {
    let scratch = try Scratch()
    try scratch.write(Data("epochs: 3\nbatch-size: 128\nprune: 0.5\nmasked: true\n".utf8), "run.yaml")
    let file = try config(["--config", "run.yaml"], scratch)
    #expect(file["epochs"] == "3" && file["batch-size"] == "128" && file["prune"] == "0.5" && file["masked"] == "true")
    let environment = ["DPTRAIN_BATCH_SIZE": "256", "DPTRAIN_PRUNE": "0.6"]
    let both = try config(["--config", "run.yaml"], scratch, environment: environment)
    #expect(both["epochs"] == "3" && both["batch-size"] == "256" && both["prune"] == "0.6")
    let all = try config(
      ["--config=run.yaml", "--prune", "0.7", "--no-masked"], scratch,
      environment: environment.merging(["DPTRAIN_LAUNCHER": "srun", "DPTRAIN_MARCH": "native"]) { $1 })
    #expect(all["epochs"] == "3" && all["batch-size"] == "256" && all["prune"] == "0.7" && all["masked"] == "false")
  }

  static let commandLines: [[String]] = [
    [], ["--recipe", "article", "--prune", "0.9", "--scope", "local"],
    [
      "--learning-rate-schedule", "cosine", "--finetune-schedule", "multi-step", "--milestones", "3,5", "--no-nesterov",
    ],
    ["--prune-amounts", "0.5,0.9", "--seed", "18446744073709551615", "--exchange", "bfloat16", "--no-augment"],
    ["--crop-padding", "2", "--flips", "alternating", "--cutout", "8"],
    ["--schedule", "cubic", "--epochs", "8", "--from-epoch", "2", "--every", "2"],
    ["--target-speedup", "8", "--score", "l1-per-cost", "--cost-power", "1", "--iterations", "3"],
    ["--prune-count", "100", "--output", "runs/a b: c", "--training-images", "512", "--checkpoint-steps", "7"],
  ]

  @Test("What is printed gives the same again", arguments: commandLines)
  func roundTrip(arguments: [String]) throws {
    let scratch = try Scratch()
    let first = try config(["--data", "synthetic"] + arguments, scratch)
    let printed = try dptrain(["config", "--data", "synthetic"] + arguments)
    try scratch.write(Data(printed.standardOutput.utf8), "again.yaml")
    #expect(try config(["--config", "again.yaml"], scratch) == first)
    for (flag, value) in zip(arguments, arguments.dropFirst()) where flag.hasPrefix("--") && !value.hasPrefix("--") {
      let text = first[String(flag.dropFirst(2))]?.trimmingCharacters(in: CharacterSet(charactersIn: "[]\""))
      let isSame =
        text?.replacing(" ", with: "") == value.replacing(" ", with: "") || Double(text ?? "") == Double(value)
      #expect(isSame, "\(flag) \(value): \(String(describing: text))")
    }
  }

  /// A flag that is added to the commands and forgotten here shows.
  @Test func everyFlagOfARunIsASetting() throws {
    let printed = try dptrain(["config"]).standardOutput
    for command in ["run", "train", "prune", "resume"] {
      let help = try dptrain(["help", command]).standardOutput
      for match in help.matches(of: /\n  (--[a-z0-9-]+)/) {
        let name = String(match.1.dropFirst(2))
        if ["version", "config", "help"].contains(name) { continue }
        #expect(printed.contains("\n\(name): ") || printed.contains("\n# \(name):\n"), "\(command) --\(name)")
      }
    }
    // What has a value by itself must not be left out.
    let help = try dptrain(["help", "run"]).standardOutput.replacing(/\s+/, with: " ")
    for match in printed.matches(of: /\n# ([a-z0-9-]+):/) {
      let name = String(match.1)
      let text = help.split(separator: " --\(name) ").last?.split(separator: " --").first ?? ""
      let isForCubic = ["from-epoch", "to-epoch", "every", "cost-power", "output"].contains(name)
      #expect(isForCubic || !text.contains("(default: "), "\(name): \(text)")
    }
  }

  @Test func aRunByFileIsTheRunByFlags() throws {
    let scratch = try Scratch()
    try scratch.writeImages()
    let flags = Scratch.oneEpoch + ["--arch", "resnet8", "--data", "images", "--prune", "0.9", "--iterations", "2"]
    let byFlags = try dptrain(flags + ["--output", "flags"], directory: scratch.url)
    try #require(byFlags.succeeded, "\(byFlags)")
    let yaml = """
      arch: resnet8
      data: images
      output: file
      batch-size: 64
      microbatch: 16
      epochs: 1
      finetune-epochs: 1
      prune: 0.5
      """
    try scratch.write(Data(yaml.utf8), "run.yaml")
    // The environment goes to the ranks of one host by itself.
    let byFile = try mpirun(
      ranks: 2, program: "dptrain", arguments: ["run", "--config", "run.yaml", "--iterations", "2"],
      environment: ["DPTRAIN_PRUNE": "0.9"], directory: scratch.url)
    try #require(byFile.succeeded, "\(byFile)")
    #expect(try scratch.contents("flags/config.json") == scratch.contents("file/config.json"))
    #expect(
      byFlags.outputLines.last { $0.hasPrefix("weights ") } == byFile.outputLines.last { $0.hasPrefix("weights ") })
  }

  /// The preflight compares what results on each rank.
  @Test func ranksWithOtherSettingsAreFound() throws {
    let scratch = try Scratch()
    try scratch.writeImages()
    let program = try builtExecutable("dptrain")
    let common = ["--data", "images", "--arch", "resnet8", "--output", "run"] + Scratch.smallBatch
    let result = try mpirun(
      ranks: 1, program: program, arguments: common + [":", "-n", "1", "-x", "DPTRAIN_EPOCHS=3", program] + common,
      directory: scratch.url)
    #expect(!result.succeeded && result.standardError.contains("the setting dense.epochs: "), "\(result)")
    #expect(!scratch.exists("run/config.json"))
  }

  /// A file that is not there on one rank's host ends the job with that rank's word.
  @Test func aFileThatOneRankLacksIsNamed() throws {
    let scratch = try Scratch()
    let program = try builtExecutable("dptrain")
    try scratch.write(Data("epochs: 1\n".utf8), "here.yaml")
    let result = try mpirun(
      ranks: 1, program: program,
      arguments: [
        "--config", "here.yaml", "--output", "run", ":", "-n", "1", program, "--config", "there.yaml", "--output",
        "run",
      ],
      directory: scratch.url)
    #expect(!result.succeeded, "\(result)")
    #expect(
      result.standardError.contains(/dptrain: rank 1 on host \S+: there is no configuration file there\.yaml/),
      "\(result)")
  }

  static let refusals: [(String, [String])] = [
    (
      "epochs: 1\nlearning_rate: 0.1\n",
      ["run.yaml, line 2: there is no setting 'learning_rate'; did you mean 'learning-rate'?"]
    ),
    ("epochs: [1\n", ["run.yaml, line 2: this is no YAML"]),
    ("masked: perhaps\n", ["run.yaml, line 1: 'masked' is 'perhaps', expected true or false"]),
    ("epochs: many\n", ["many", "--epochs comes from run.yaml, line 1"]),
    ("\nprune: 1.5\n", ["--prune must be in [0, 1)", "--prune comes from run.yaml, line 2"]),
    (
      "recipe: article\nfinal-rate: 0.1\n",
      ["--final-rate is for the one-cycle schedule", "--final-rate comes from run.yaml, line 2"]
    ),
    ("prune: 0.5\ntarget-macs: 0.1\n", ["exclude each other", "--target-macs comes from run.yaml, line 2"]),
  ]

  @Test(arguments: refusals, [nil, 2])
  func badFilesAreRefused(refusal: (file: String, words: [String]), ranks: Int?) throws {
    let scratch = try Scratch()
    try scratch.write(Data(refusal.file.utf8), "run.yaml")
    let result = try dptrain(["--config", "run.yaml", "--output", "run"], ranks: ranks, directory: scratch.url)
    #expect(result.ending == .exited(2), "\(result)")
    for word in refusal.words { #expect(result.standardError.contains(word), "no '\(word)' in \(result)") }
    #expect(scratch.names() == ["run.yaml"])
  }

  @Test func helpNeedsNoSoundFile() throws {
    let result = try run(
      builtExecutable("dptrain"), ["run", "--help"],
      environment: ["DPTRAIN_CONFIG": "no/such.yaml", "DPTRAIN_EPOCHS": "x"])
    #expect(result.succeeded && result.standardOutput.contains("--config <file>"), "\(result)")
    let other = try run(
      builtExecutable("dptrain"), ["inspect", "no.safetensors"], environment: ["DPTRAIN_CONFIG": "no/such.yaml"])
    #expect(other.standardError.contains("no.safetensors"), "\(other)")
  }

  /// What a run will be is planned from its file.
  @Test func plansAndEvaluationsReadItToo() throws {
    let scratch = try Scratch()
    try scratch.writeImages()
    let yaml = "arch: resnet8\nbatch-size: 64\nmicrobatch: 16\ndata: images\nprune: 0.5\nnodes: 2\n"
    try scratch.write(Data(yaml.utf8), "run.yaml")
    let arguments = ["plan", "--config", "run.yaml", "--ranks-per-node", "2", "--json"]
    let measured = try dptrain(arguments + ["--keep-calibration", "here.json"], directory: scratch.url)
    try #require(measured.succeeded && measured.standardError.isEmpty, "\(measured)")
    #expect(measured.standardOutput.contains("\"nodes\":2"), "\(measured)")
    let byFlags = try dptrain(
      [
        "plan", "--arch", "resnet8", "--batch-size", "64", "--microbatch", "16", "--data", "images", "--prune", "0.5",
        "--nodes", "2", "--ranks-per-node", "2", "--json", "--calibration", "here.json",
      ], directory: scratch.url)
    let byFile = try dptrain(arguments + ["--calibration", "here.json"], directory: scratch.url)
    #expect(byFile.succeeded && byFile.standardOutput == byFlags.standardOutput, "\(byFile) \(byFlags)")
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let evaluated = try dptrain(["evaluate", model, "--config", "run.yaml"], directory: scratch.url)
    #expect(evaluated.succeeded && evaluated.outputLines.first?.contains(" from images: ") == true, "\(evaluated)")
    #expect(evaluated.standardError.contains("'dptrain evaluate' has no "), "\(evaluated)")
    try Refusal("", saying: "bad.yaml, line 1: there is no setting 'noodes'; did you mean 'nodes'?") { scratch in
      try scratch.write(Data("noodes: 2\n".utf8), "bad.yaml")
      return ["plan", "--config", "bad.yaml"]
    }.check(ranks: nil, status: 2)
    // A flag of evaluate, and to a run a slip of the pen.
    for command in ["run", "evaluate"] {
      try Refusal("", saying: "bad.yaml, line 1: there is no setting 'batch'") { scratch in
        try scratch.write(Data("batch: 128\n".utf8), "bad.yaml")
        return [command] + (command == "evaluate" ? [model] : []) + ["--config", "bad.yaml"]
      }.check(ranks: nil, status: 2)
    }
  }

  @Test func settingsOfOtherCommandsArePassedOver() throws {
    let scratch = try Scratch()
    try scratch.writeImages()
    try scratch.write(Data("prune: 0.5\nepochs: 1\narch: resnet8\nbatch-size: 64\nmicrobatch: 16\n".utf8), "run.yaml")
    let result = try dptrain(
      ["train", "--config", "run.yaml", "--data", "images", "--output", "run"], directory: scratch.url)
    #expect(result.succeeded, "\(result)")
    #expect(
      result.standardError.contains("note: 'dptrain train' has no prune: what run.yaml says there is passed over"))
  }
}
