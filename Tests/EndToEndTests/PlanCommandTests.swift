import Foundation
import TestSupport
import Testing

/// `dptrain plan`, up to what only a clock could say.
struct PlanCommandTests {
  private static let small = ["--data", "synthetic", "--arch", "resnet8", "--batch-size", "128", "--microbatch", "16"]

  private func plan(_ arguments: [String], ranks: Int = 1) throws -> [String: Any] {
    let result = try dptrain(["plan"] + Self.small + ["--json"] + arguments, ranks: ranks)
    try #require(result.succeeded, "\(result)")
    return try #require(JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [String: Any])
  }

  private func clusters(_ plan: [String: Any]) throws -> [[String: Any]] {
    try #require(plan["clusters"] as? [[String: Any]])
  }

  private func number(_ cluster: [String: Any]?, _ phase: String, _ key: String) throws -> Double {
    try #require(((cluster?[phase] as? [String: Any])?[key] as? NSNumber)?.doubleValue, "\(phase) \(key)")
  }

  /// What is predicted for ranks of one node is what a run there reports; its slices are whole cache lines.
  @Test(arguments: [2, 4])
  func bytesAreThoseOfARun(ranks: Int) throws {
    let scratch = try Scratch()
    let arguments = ["--training-images", "256", "--prune", "0.9"]
    let predicted = try clusters(plan(arguments, ranks: ranks)).last
    let result = try dptrain(
      Self.small + arguments + ["--epochs", "1", "--finetune-epochs", "1", "--output", scratch.path("run")],
      ranks: ranks)
    try #require(result.succeeded, "\(result)")
    let metrics = try FinishedRun(result: result, url: scratch.url.appending(path: "run")).metrics()
    for (phase, name) in [("dense", "dense"), ("finetune", "sparse")] {
      let line = metrics.last { $0["phase"] as? String == phase }
      let reported = try #require((line?["exchange_bytes"] as? NSNumber)?.doubleValue)
      let expected = try number(predicted, name, "exchange_bytes")
      // A new network's survivors are a few more or less than a trained one's that meet a pixel.
      #expect(
        abs(expected - reported) < (phase == "dense" ? 2_048 : 0.1 * reported), "\(phase): \(expected), \(reported)")
    }
  }

  @Test func aClusterIsPlannedFromOneNode() throws {
    let scratch = try Scratch()
    let file = scratch.path("calibration.json")
    let cluster = ["--nodes", "4", "--bandwidth", "1Gbit", "--latency", "50us"]
    let measured = try plan(cluster + ["--keep-calibration", file], ranks: 2)
    let rows = try clusters(measured)
    #expect(rows.map { $0["ranks"] as? Int } == [1, 2, 4, 8])
    #expect(rows.allSatisfy { $0["fits"] as? Bool == true })
    for phase in ["dense", "sparse"] {
      let times = try rows.map { try number($0, phase, "step_seconds") }
      #expect(times.allSatisfy { $0 > 0 })
      #expect(try abs(number(rows[0], phase, "efficiency") - 1) < 1e-9)
      #expect(try number(rows[3], phase, "efficiency") < number(rows[1], phase, "efficiency"))
      #expect(try number(rows[3], phase, "link_bytes") > 0 && number(rows[1], phase, "link_bytes") == 0)
    }
    #expect(try number(rows[3], "sparse", "link_bytes") < number(rows[3], "dense", "link_bytes"))

    // The same from the file, without measuring anything: the same figures, to the last digit.
    let kept = try plan(cluster + ["--calibration", file])
    #expect(NSDictionary(dictionary: kept).isEqual(to: measured))
    let slower = try clusters(plan(["--nodes", "4", "--bandwidth", "100Mbit", "--calibration", file]))
    #expect(try number(slower[3], "dense", "exchange_seconds") > 5 * number(rows[3], "dense", "exchange_seconds"))
  }

  @Test func whatDoesNotDivideIsSaid() throws {
    let scratch = try Scratch()
    let file = scratch.path("calibration.json")
    _ = try plan(["--keep-calibration", file])
    let result = try dptrain(["plan"] + Self.small + ["--nodes", "16", "--calibration", file])
    #expect(result.succeeded, "\(result)")
    #expect(result.standardOutput.contains("16 nodes of 1, 16 ranks; links of 10 Gbit/s, 30 µs"))
    #expect(
      result.standardOutput.contains("—: on 16 ranks, 8 microbatches cannot be split evenly over 16 ranks; 1, 2,"))
    let grown = try clusters(plan(["--nodes", "16", "--grow-batch", "--calibration", file]))
    #expect(grown.map { $0["batch_size"] as? Int } == [128, 256, 512, 1024, 2048])
    #expect(grown.allSatisfy { $0["fits"] as? Bool == true })
  }

  @Test(arguments: [
    (["--nodes", "0"], "--nodes must be from 1"), (["--ranks-per-node", "0"], "--ranks-per-node must be from 1"),
    (["--bandwidth", "fast"], "'fast'"), (["--bandwidth", "0Gbit"], "'0Gbit'"), (["--latency=-1us"], "'-1us'"),
    (["--calibration", "a", "--model", "b"], "leave out --keep-calibration and --model"),
  ])
  func mistakesAreRefused(words: [String], message: String) throws {
    expectRefusal(try dptrain(["plan"] + words), saying: [message], status: 2)
  }

  @Test func anothersCalibrationIsRefused() throws {
    let scratch = try Scratch()
    let file = scratch.path("calibration.json")
    _ = try plan(["--keep-calibration", file])
    let arguments = ["plan", "--data", "synthetic", "--arch", "resnet8", "--calibration", file]
    expectRefusal(
      try dptrain(arguments), saying: ["was measured with --microbatch 16, and the run has 64"], status: 1)
    expectRefusal(
      try dptrain(["plan", "--data", "synthetic", "--calibration", scratch.path("none")]),
      saying: ["is no calibration"],
      status: 1)
  }
}
