import Foundation
import Reports
import TestSupport
import Testing
import Runs
import Training

/// `dptrain report`, and the page without a browser.
struct ReportCommandTests {
  /// A copy of a finished run, to change.
  private func copy(_ scratch: Scratch) throws -> String {
    let copied = try run("cp", ["-r", FinishedRun.on(ranks: 2).url.path(), scratch.path("on-2")])
    try #require(copied.succeeded, "\(copied)")
    return scratch.path("on-2")
  }

  @Test func thePageIsMadeAgainFromTheDirectoryAlone() throws {
    let scratch = try Scratch()
    let path = try copy(scratch)
    let page = try scratch.contents("on-2/report.html")
    try FileManager.default.removeItem(atPath: scratch.path("on-2/report.html"))
    let result = try dptrain(["report", path])
    #expect(result.succeeded && result.outputLines == ["wrote \(path)/report.html"], "\(result)")
    #expect(try scratch.contents("on-2/report.html") == page)
    let text = String(decoding: page, as: UTF8.self)
    #expect(!text.contains("<script") && !text.contains("http://") && !text.contains("https://"))
    #expect(page.count < 500_000)
  }

  /// While a process has the run, the page looks again and again; when it has ended, it says how to go on.
  @Test func anUnfinishedRunIsShownAsOne() throws {
    let scratch = try Scratch()
    let path = try copy(scratch)
    try FileManager.default.removeItem(atPath: scratch.path("on-2/report.txt"))
    var record = try RunRecord(json: scratch.contents("on-2/report.json"))
    record.state = .running
    try scratch.write(Data(try record.json()), "on-2/report.json")
    let refresh = "http-equiv=\"refresh\""
    do {
      let directory = try RunDirectory(resuming: path)
      let refused = try dptrain(["report", path])
      expectRefusal(refused, saying: ["is still running", "--output"], status: 1)
      let result = try dptrain(["report", path, "--output", scratch.path("page.html")])
      #expect(result.succeeded, "\(result)")
      withExtendedLifetime(directory) {}
    }
    let running = String(decoding: try scratch.contents("page.html"), as: UTF8.self)
    #expect(running.contains(refresh) && running.contains("<b>Running</b>: fine-tuning, round 2, epoch 1 of 1 done"))
    #expect(try dptrain(["report", path]).succeeded)
    let ended = String(decoding: try scratch.contents("on-2/report.html"), as: UTF8.self)
    #expect(!ended.contains(refresh) && ended.contains("dptrain resume \(path)"))
  }

  /// Runs of earlier versions have no `report.json`.
  @Test func aRunWithoutARecordStillHasCurves() throws {
    let scratch = try Scratch()
    let path = try copy(scratch)
    try FileManager.default.removeItem(atPath: scratch.path("on-2/report.json"))
    #expect(try dptrain(["report", path]).succeeded)
    let text = String(decoding: try scratch.contents("on-2/report.html"), as: UTF8.self)
    #expect(text.contains("has no report.json") && text.contains("id=\"curves\"") && !text.contains("id=\"layers\""))
  }

  @Test(arguments: [
    ("config.json", Data("{".utf8)), ("metrics.jsonl", Data("{\"phase\":\"dense\"}\n".utf8)),
    ("report.json", Data("[]".utf8)), ("report.json", Data("{\"format\":\"dptrain-report-0\"}".utf8)),
    ("config.json", nil), ("metrics.jsonl", nil),
  ])
  func aDirectoryThatCannotBeUnderstoodIsSaid(file: String, contents: Data?) throws {
    let scratch = try Scratch()
    let path = try copy(scratch)
    let page = try scratch.contents("on-2/report.html")
    if let contents {
      try scratch.write(contents, "on-2/\(file)")
    } else {
      try FileManager.default.removeItem(atPath: scratch.path("on-2/\(file)"))
    }
    expectRefusal(try dptrain(["report", path]), saying: [path, file], status: 1)
    #expect(try scratch.contents("on-2/report.html") == page)
  }

  @Test func whatIsNoRunIsRefused() throws {
    let scratch = try Scratch()
    expectRefusal(
      try dptrain(["report", scratch.path("nowhere")]), saying: ["nowhere is no run directory"], status: 1)
    #expect(try dptrain(["report"]).status == 2)
  }

  @Test func theCommandMakesTheRunAgain() throws {
    let run = try FinishedRun.on(ranks: 2)
    let record = try RunRecord(json: run.contents("report.json"))
    let command = try #require(record.sessions.first?.command)
    #expect(command.hasPrefix("mpirun -n 2 dptrain --arch resnet8 --data synthetic"))
    let words = command.split(separator: " ").map(String.init)
    let scratch = try Scratch()
    let again = try dptrain(Array(words.dropFirst(4)) + ["--output", scratch.path("again")])
    #expect(again.succeeded, "\(again)")
    #expect(again.outputLines.last { $0.hasPrefix("weights ") } == run.weights)
  }

  /// What a file and the environment set stands in the command, which needs neither of them.
  @Test(arguments: [nil, 2])
  func theCommandCarriesFileAndEnvironment(ranks: Int?) throws {
    let scratch = try Scratch()
    let images = try scratch.writeImages()
    let yaml = """
      arch: resnet8
      data: \(images)
      output: run
      batch-size: 64
      microbatch: 16
      epochs: 1
      finetune-epochs: 1
      prune: 0.5
      seed: 7
      nesterov: false
      finetune-learning-rate: 0.03
      """
    try scratch.write(Data(yaml.utf8), "run.yaml")
    let environment = ["DPTRAIN_PRUNE": "0.9", "DPTRAIN_LABEL_SMOOTHING": "0.1", "DPTRAIN_SEED": "8"]
    let words = ["--config", "run.yaml", "--iterations=2", "--seed", "9"]
    let result =
      try ranks.map {
        try mpirun(
          ranks: $0, program: "dptrain", arguments: words, environment: environment, directory: scratch.url)
      } ?? run(builtExecutable("dptrain"), words, environment: environment, directory: scratch.url)
    try #require(result.succeeded, "\(result)")
    let record = try RunRecord(json: scratch.contents("run/report.json"))
    let command = try #require(record.sessions.first?.command)
    #expect(!command.contains("config") && !command.contains("--output"), "\(command)")
    for given in ["--prune=0.9", "--label-smoothing=0.1", "--arch=resnet8", "--no-nesterov", "--iterations=2"] {
      #expect(command.contains(" \(given) "), "\(given) in \(command)")
    }
    #expect(
      command.contains(" --seed 9") && !command.contains("prune=0.5") && !command.contains("seed=8"), "\(command)")
    let launcher = ranks.map { "mpirun -n \($0) " } ?? ""
    #expect(command.hasPrefix("\(launcher)dptrain run "), "\(command)")
    try FileManager.default.removeItem(atPath: scratch.path("run.yaml"))
    let flags = command.split(separator: " ").map(String.init).dropFirst(ranks == nil ? 1 : 4)
    let again = try dptrain(Array(flags) + ["--output", scratch.path("again")], ranks: ranks)
    try #require(again.succeeded, "\(again)")
    #expect(again.weights != nil && again.weights == result.weights)
    #expect(try scratch.contents("again/config.json") == scratch.contents("run/config.json"))
  }

  /// What each of several rounds took, and the accuracy around it.
  @Test func theRoundsHaveTheirFigures() throws {
    let run = try FinishedRun.on(ranks: 2)
    let metrics = try run.metrics()
    #expect(metrics.map { $0["phase"] as? String } == ["dense", "dense", "prune", "finetune", "prune", "finetune"])
    func accuracy(_ line: Int) -> Double? { (metrics[line]["test_accuracy"] as? NSNumber)?.doubleValue }
    let rounds = PruningRounds(try RunFiles(directory: run.path(""))).rounds
    #expect(rounds.map(\.number) == [1, 2] && rounds.allSatisfy { $0.epoch == nil })
    #expect(rounds.map(\.before) == [accuracy(1), accuracy(3)])
    #expect(rounds.map(\.pruned) == [accuracy(2), accuracy(4)])
    #expect(rounds.map(\.after) == [accuracy(3), accuracy(5)])
    for (round, line) in zip(rounds, [2, 4]) {
      let expected = try #require((metrics[line]["sparsity"] as? NSNumber)?.doubleValue)
      // Readers of decimals differ in the last bit.
      #expect(abs(round.sparsity - expected) <= 4 * expected.ulp)
    }
    let page = try run.text("report.html")
    for round in rounds {
      #expect(page.contains("data-figure=\"accuracy-pruned\" data-value=\"\(round.pruned)\""))
      #expect(page.contains("data-figure=\"accuracy-after\" data-value=\"\(round.after ?? 0)\""))
      #expect(page.contains("data-figure=\"sparsity\" data-value=\"\(round.sparsity)\""))
    }
    #expect(page.contains("Pruning by pruning") && page.contains("The last of several prunings took"))
  }

  /// What the headline says of the packed model is what `dptrain export` makes of it.
  @Test func thePackedSizeIsThatOfTheExport() throws {
    let run = try FinishedRun.on(ranks: 2)
    let scratch = try Scratch()
    let file = scratch.path("small.packed")
    let result = try dptrain(["export", run.path("pruned.safetensors"), "--format", "packed", "--output", file])
    try #require(result.succeeded, "\(result)")
    let size = try scratch.contents("small.packed").count
    #expect(try RunRecord(json: run.contents("report.json")).packedBytes == size)
    #expect(try run.text("report.html").contains("data-figure=\"packed-bytes\" data-value=\"\(Double(size))\""))
  }

  /// Records of earlier versions do not know it.
  @Test func aRecordWithoutThePackedSizeIsShownWithoutIt() throws {
    let scratch = try Scratch()
    let path = try copy(scratch)
    let text = String(decoding: try scratch.contents("on-2/report.json"), as: UTF8.self)
    let earlier = text.replacing(/"packed_bytes":[0-9]+,/, with: "")
    #expect(earlier != text)
    try scratch.write(Data(earlier.utf8), "on-2/report.json")
    #expect(try dptrain(["report", path]).succeeded)
    let page = String(decoding: try scratch.contents("on-2/report.html"), as: UTF8.self)
    #expect(page.contains("in torchvision&#39;s shapes"))
    #expect(!page.contains("packed-bytes"))
  }
}

extension ProcessResult {
  /// The line that names the hash of all weights.
  fileprivate var weights: String? { outputLines.last { $0.hasPrefix("weights ") } }
}
