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

  /// `evaluate --flip` is what the probabilities of images and mirror images give: their geometric mean, made to sum to one.
  @Test(arguments: [nil, 2])
  func mirrorImagesAreAveraged(ranks: Int?) throws {
    let scratch = try Scratch()
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let images = Scratch.images("test_batch.bin")
    var mirrored = images
    for pixel in 0..<64 * 3_072 {
      let (image, place) = (pixel / 3_072, pixel % 3_072)
      let start = image * Scratch.recordSize + 1
      mirrored[start + place] = images[start + place / 32 * 32 + 31 - place % 32]
    }
    try scratch.writeImages()
    let names = ["test_batch.bin": images, "mirrored.bin": mirrored]
    var probabilities: [String: [[Int: Double]]] = [:]
    for (name, data) in names {
      try scratch.write(data, name)
      let result = try dptrain(["predict", "--model", model, scratch.path(name), "--top", "10", "--json"])
      probabilities[name] = try result.outputLines.map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let classes = try #require(object?["classes"] as? [[String: Any]])
        return Dictionary(
          uniqueKeysWithValues: classes.compactMap { entry in
            (entry["index"] as? Int).flatMap { index in (entry["probability"] as? Double).map { (index, $0) } }
          })
      }
    }
    let (own, other) = (try #require(probabilities["test_batch.bin"]), try #require(probabilities["mirrored.bin"]))
    try #require(own.count == 64 && other.count == 64)
    var loss = 0.0
    for image in 0..<64 {
      let means = own[image].mapValues { _ in 0.0 }.merging(
        own[image].map { ($0.key, ($0.value * (other[image][$0.key] ?? 0)).squareRoot()) }
      ) { $1 }
      try #require(means.count == 10)
      loss -= log(try #require(means[image % 10]) / means.values.reduce(0, +)) / 64
    }
    let result = try dptrain(
      ["evaluate", model, "--data", scratch.path("images"), "--flip", "--batch", "7"], ranks: ranks)
    let found = try #require(
      result.standardOutput.firstMatch(of: /test loss ([0-9.]+), accuracy/).flatMap { Double($0.1) }, "\(result)")
    #expect(abs(found - loss) < 1e-3, "\(found), \(loss)")
    #expect(result.standardOutput.contains("means over each image and its mirror image"))
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
