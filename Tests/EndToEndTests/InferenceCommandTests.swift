import Foundation
import TestSupport
import Testing

/// `evaluate` at other batch sizes, `predict` and `bench infer`.
struct InferenceCommandTests {
  @Test(arguments: [(1, nil), (1, 2), (7, nil), (100, 4), (5000, nil)] as [(Int, Int?)])
  func everyBatchSizeSaysTheSame(batch: Int, ranks: Int?) throws {
    let run = try FinishedRun.on(ranks: 2)
    let result = try dptrain(
      ["evaluate", run.path("pruned.safetensors"), "--data", "synthetic", "--batch", "\(batch)"], ranks: ranks)
    #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
    #expect(result.accuracy() == run.result.accuracy(below: "After fine-tuning, round 2 of 2"), "\(result)")
    let summary = try #require(result.outputLines.first { $0.hasPrefix("inference: ") })
    #expect(summary.contains("batch normalization folded") && summary.contains(" layers sparse"))
    #expect(summary.contains(/\d+ of \d+ channels removed \(\d+ constant, \d+ unread\)/))
    #expect(result.outputLines.last?.hasSuffix(" images/s") == true)
  }

  @Test func aDenseModelLosesNoChannel() throws {
    let model = try FinishedRun.on(ranks: 2).path("dense.safetensors")
    let result = try dptrain(["evaluate", model, "--data", "synthetic"])
    #expect(result.outputLines.contains { $0.contains("no channel removed") && $0.contains("all layers dense") })
  }

  @Test(arguments: [nil, 2])
  func predictionsStandInATable(ranks: Int?) throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let result = try dptrain(
      ["predict", model, "--data", "synthetic", "--images", "3-5,17,0", "--top", "2"], ranks: ranks)
    #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
    #expect(result.outputLines.first?.contains("synthetic data (not CIFAR-10)") == true)
    let rows = result.outputLines.compactMap {
      $0.firstMatch(of: /^ +(\d+)  (\S+) +(\S+) +(\d+\.\d) %  (\S+) +(\d+\.\d) %$/)
    }
    #expect(rows.map { String($0.1) } == ["3", "4", "5", "17", "0"], "\(result)")
    for row in rows {
      let (first, second) = (try #require(Double(row.4)), try #require(Double(row.6)))
      #expect(first >= second && first + second <= 100.1 && row.3 != row.5)
      #expect([row.2, row.3, row.5].allSatisfy { $0.hasPrefix("synthetic-") })
    }
    let right = rows.count { $0.2 == $0.3 }
    let among = rows.count { $0.2 == $0.3 || $0.2 == $0.5 }
    #expect(result.outputLines.last == "\(right) of 5 right, \(among) among the first 2", "\(result)")
  }

  /// The share of right first guesses over all images is the accuracy that `evaluate` gives.
  @Test func predictAgreesWithEvaluate() throws {
    let run = try FinishedRun.on(ranks: 2)
    let result = try dptrain(
      ["predict", run.path("pruned.safetensors"), "--data", "synthetic", "--images", "0-1023", "--top", "1"])
    let text = try #require(run.result.accuracy(below: "After fine-tuning, round 2 of 2"))
    let accuracy = try #require(Double(text))
    let right = Int((accuracy / 100 * 1024).rounded())
    #expect(result.outputLines.last?.replacing(",", with: "") == "\(right) of 1024 right", "\(result)")
  }

  @Test func imagesThatAreNotThereAreRefused() throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    try Refusal("", saying: "--images names image 64", "the test images are 0 to 63") { scratch in
      ["predict", model, "--data", try scratch.writeImages(), "--images", "0-9,60-64"]
    }.check(ranks: nil, status: 2)
  }

  @Test(arguments: [(1, nil), (33, 2)] as [(Int, Int?)])
  func benchPrintsOneObject(batch: Int, ranks: Int?) throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let result = try dptrain(
      ["bench", "infer", model, "--batch", "\(batch)", "--repetitions", "3", "--json"], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [String: NSObject])
    #expect(object["batch"] == batch as NSNumber && object["ranks"] == (ranks ?? 1) as NSNumber)
    for key in ["images_per_second", "seconds_median", "survivors", "channels_removed"] {
      #expect((object[key] as? NSNumber)?.doubleValue ?? 0 > 0, "\(key): \(result)")
    }
  }

  @Test func aBatchTooSmallForTheRanksIsRefused() throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    try Refusal("", saying: "a batch of 31 is too small for 2 ranks") { _ in
      ["bench", "infer", model, "--batch", "31"]
    }.check(ranks: 2, status: 2)
  }
}
