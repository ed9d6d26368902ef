import Foundation
import TestSupport
import Testing

/// `--prometheus FILE`.
struct PrometheusTests {
  private struct Family: Decodable {
    struct Sample: Decodable {
      let name: String
      let labels: [String: String]
      let value: Double
    }

    let name: String
    let type: String
    let help: String
    let samples: [Sample]
  }

  private func arguments(_ scratch: Scratch) throws -> [String] {
    ["--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run")] + Scratch.oneEpoch
  }

  private func read(_ path: String) throws -> [String: [Family.Sample]] {
    let result = try Peer.python("read_prometheus.py", [path])
    try #require(result.succeeded, "\(result)")
    let families = try JSONDecoder().decode([Family].self, from: Data(result.standardOutput.utf8))
    #expect(families.allSatisfy { !$0.help.isEmpty && ["gauge", "counter"].contains($0.type) })
    let samples = families.flatMap(\.samples)
    #expect(samples.allSatisfy { $0.labels["run"] == "run" })
    return Dictionary(grouping: samples, by: \.name)
  }

  @Test(.peer("prometheus_client"), arguments: [nil, 2])
  func figuresAreThoseOfTheMetrics(ranks: Int?) throws {
    let scratch = try Scratch()
    let file = scratch.path("dptrain.prom")
    let stop = ["--prometheus", file, "--stop-after-steps", "7", "--resume"]
    let first = try dptrain(try arguments(scratch) + stop, ranks: ranks)
    #expect(first.ending == .exited(75), "\(first)")
    func state(_ samples: [String: [Family.Sample]]) -> [String] {
      (samples["dptrain_run_state"] ?? []).filter { $0.value == 1 }.compactMap { $0.labels["state"] }
    }
    let stopped = try read(file)
    #expect(state(stopped) == ["stopped"] && stopped["dptrain_steps_total"]?.first?.value == 7)
    let result = try dptrain(["resume", scratch.path("run"), "--prometheus", file], ranks: ranks)
    try #require(result.succeeded, "\(result)")
    let samples = try read(file)
    #expect(state(samples) == ["finished"] && samples["dptrain_run_info"]?.first?.labels["architecture"] == "resnet8")
    let run = FinishedRun(result: result, url: scratch.url.appending(path: "run"))
    let last = try #require(run.metrics().last)
    let fields = [
      "dptrain_steps_total": "step", "dptrain_learning_rate": "learning_rate", "dptrain_train_loss": "train_loss",
      "dptrain_train_accuracy_ratio": "train_accuracy", "dptrain_test_loss": "test_loss",
      "dptrain_test_accuracy_ratio": "test_accuracy", "dptrain_sparsity_ratio": "sparsity",
      "dptrain_exchange_step_seconds": "exchange_seconds", "dptrain_exchange_step_bytes": "exchange_bytes",
    ]
    for (name, field) in fields {
      let expected = try #require((last[field] as? NSNumber)?.doubleValue)
      // Readers of decimals differ in the last bit.
      #expect(abs((samples[name]?.first?.value ?? .nan) - expected) <= 4 * expected.ulp, "\(name)")
    }
    #expect(
      abs((samples["dptrain_last_update_timestamp_seconds"]?.first?.value ?? 0) - Date().timeIntervalSince1970) < 60)
    #expect(scratch.names().filter { $0.contains("dptrain.prom") } == ["dptrain.prom"])
    // The document speaks of these figures and of no others.
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/metrics.md")
    let documented = try String(contentsOf: page, encoding: .utf8).matches(of: /`(dptrain_[a-z_]+)`/).map {
      String($0.1)
    }
    #expect(Set(documented) == Set(samples.keys))
  }

  /// Prometheus' own checker has nothing to say of names, units and texts.
  @Test(.program("promtool", of: "prometheus"))
  func promtoolFindsNothing() throws {
    let scratch = try Scratch()
    let file = scratch.path("dptrain.prom")
    let result = try dptrain(try arguments(scratch) + ["--prometheus", file])
    try #require(result.succeeded, "\(result)")
    let check = try run("/bin/sh", ["-c", "promtool check metrics < '\(file)'"], environment: ["PATH": Peer.path])
    #expect(check.succeeded && check.standardOutput.isEmpty && check.standardError.isEmpty, "\(check)")
  }

  @Test(arguments: ["missing/dptrain.prom", "."], [nil, 2])
  func aFileThatCannotBeIsRefusedBeforeAnythingIsWritten(name: String, ranks: Int?) throws {
    let scratch = try Scratch()
    let words = try arguments(scratch) + ["--prometheus", scratch.path(name)]
    let before = scratch.names()
    let result = try dptrain(words, ranks: ranks)
    expectRefusal(result, saying: ["--prometheus \(scratch.path(name))"], status: 2)
    #expect(scratch.names() == before)
  }

  /// What is watched must not fail with the watching.
  @Test func aFolderThatGoesAwayDoesNotEndTheRun() throws {
    let scratch = try Scratch()
    let folder = scratch.path("watch")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let metrics = scratch.path("run/metrics.jsonl")
    // The folder is there when the run is checked. It goes in the midst of training, and two more epochs are waited for.
    let mishap = Mishap(rank: 0, onceThereAre: metrics) { process in
      func epochs() -> Int { FileManager.default.contents(atPath: metrics)?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
      try? FileManager.default.removeItem(atPath: folder)
      let before = epochs()
      while epochs() < before + 2, kill(process, 0) == 0 { usleep(20_000) }
      kill(process, SIGTERM)
    }
    defer { mishap.cancel() }
    let words = try arguments(scratch) + ["--epochs", "100000", "--prometheus", "\(folder)/a.prom"]
    let result = try mpirun(
      ranks: 1, program: "dptrain", arguments: words, environment: ["DPTRAIN_TEST_MARK": mishap.mark], timeout: 120)
    #expect(result.ending == .exited(75), "\(result)")
    let warnings = result.outputLines.filter { $0.hasPrefix("warning: ") }
    #expect(warnings.count == 1 && warnings[0].contains("a.prom could not be written, and the run goes on without"))
  }
}
