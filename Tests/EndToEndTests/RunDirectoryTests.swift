import Foundation
import Formats
import TestSupport
import Testing

/// What a run leaves in its directory, and says.
struct RunDirectoryTests {
  private let run: FinishedRun

  init() throws { run = try FinishedRun.on(ranks: 2) }

  @Test func theDirectoryHoldsEverything() throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: run.path("")).filter {
      $0 != ".lock" && !$0.hasPrefix("tensorboard/events.out.tfevents.")
    }.sorted()
    #expect(
      names == [
        "checkpoints", "checkpoints/round-1.safetensors", "checkpoints/round-2.safetensors", "config.json",
        "dense.safetensors", "metrics.jsonl", "pruned.safetensors", "report.html", "report.json", "report.txt",
        "tensorboard",
      ])
    try expectSameBytes(
      run.contents("pruned.safetensors"), run.contents("checkpoints/round-2.safetensors"), "pruned.safetensors")
  }

  @Test func theReportIsWhatWasPrinted() throws {
    // The report leaves out what a run that was resumed would say otherwise: progress, the preflight, what checkpoints cost.
    let printed = run.result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains(/step \d+ of \d+|^checked in |^\d+ checkpoints?:/) }
    #expect(printed.joined(separator: "\n") == (try run.text("report.txt")))
  }

  @Test func nobodyCanTakeTheImagesForCIFAR10() throws {
    #expect(
      run.result.outputLines.first == "built-in synthetic data (not CIFAR-10): 5,120 training and 1,024 test images")
    let summary = try #require(run.result.standardOutput.range(of: "\nSummary\n"))
    #expect(run.result.standardOutput[summary.upperBound...].contains("built-in synthetic data (not CIFAR-10)"))
  }

  @Test func everyStageIsReported() {
    let output = run.result.standardOutput
    let headings = [
      "Dense training: 2 epochs", "Before pruning", "After pruning, round 1 of 2, before fine-tuning",
      "Fine-tuning, round 1 of 2: 1 epoch", "After fine-tuning, round 1 of 2",
      "After pruning, round 2 of 2, before fine-tuning", "Fine-tuning, round 2 of 2: 1 epoch",
      "After fine-tuning, round 2 of 2", "Summary",
    ]
    let places = headings.map { output.range(of: "\n\($0)\n")?.lowerBound }
    #expect(!places.contains(nil), "\(run.result)")
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    #expect(output.ranges(of: "weighted avg").count == 5)
    // Counted from masks while they are on, from zeros before there are any and once they are permanent.
    let sources = output.matches(of: /Sparsity, counted from (\w+)/).map { String($0.1) }
    #expect(sources == ["zeros", "masks", "masks", "masks", "zeros"])
    #expect(output.contains("fewer convolution weights are"))
  }

  @Test func theConfigurationIsResolved() throws {
    let object = try JSONSerialization.jsonObject(with: run.contents("config.json"))
    let configuration = try #require(object as? [String: NSObject])
    let expected: [String: NSObject] = [
      "architecture": "resnet8" as NSString, "batchSize": 512 as NSNumber, "microbatch": 64 as NSNumber,
      "momentum": 0.9 as NSNumber, "nesterov": true as NSNumber, "weightDecay": 5e-4 as NSNumber,
      "exchange": "tree" as NSString, "seed": 0 as NSNumber, "data": "synthetic" as NSString,
      "trainingImages": 1024 as NSNumber,
    ]
    for (key, value) in expected { #expect(configuration[key] == value, "\(key)") }
    let finetune = try #require(configuration["finetune"] as? [String: NSObject])
    #expect(finetune["epochs"] == 1 as NSNumber && finetune["learningRate"] == 0.2 as NSNumber)
    let pruning = try #require(configuration["pruning"] as? [String: NSObject])
    #expect(pruning["amount"] == 0.98 as NSNumber && pruning["iterations"] == 2 as NSNumber)
  }

  @Test func everyLineOfTheMetricsHasItsKeys() throws {
    let lines = try run.metrics()
    let always: Set = ["phase", "round", "epoch", "step", "test_loss", "test_accuracy", "seconds", "sparsity"]
    let training: Set = [
      "train_loss", "train_accuracy", "learning_rate", "images_per_second", "exchange_share", "exchange_seconds",
      "exchange_bytes",
    ]
    for line in lines {
      #expect(Set(line.keys) == (line["phase"] == "prune" as NSString ? always : always.union(training)))
    }
    func column(_ key: String) -> [Double] { lines.map { ($0[key] as? NSNumber)?.doubleValue ?? -1 } }
    #expect(
      lines.map { $0["phase"] as? String } == ["dense", "dense", "prune", "finetune", "prune", "finetune"])
    #expect(column("round") == [0, 0, 1, 1, 2, 2])
    #expect(column("epoch") == [1, 2, 0, 1, 0, 1])
    #expect(column("step") == [2, 4, 4, 6, 6, 8])
    #expect(column("seconds") == column("seconds").sorted() && column("seconds")[0] > 0)
    #expect(column("test_accuracy").allSatisfy { 0...1 ~= $0 })
    // The same in every step of a phase, and less after every round.
    let bytes = column("exchange_bytes")
    #expect(bytes[0] == bytes[1] && bytes[1] > 3 * bytes[3] && bytes[3] > 2 * bytes[5] && bytes[5] > 0)
    #expect(zip(lines, column("exchange_seconds")).allSatisfy { $0["phase"] == "prune" as NSString || $1 > 0 })
    let sparsity = column("sparsity")
    #expect(sparsity[1] == 0 && sparsity[2] > 0.8 && sparsity[2] == sparsity[3] && sparsity[4] == sparsity[5])
  }

  @Test func maskedWeightsAreZeroAndExactlyAsManyAsAsked() throws {
    func zeros(_ weights: [String: [Float]]) -> Int { weights.values.reduce(0) { $0 + $1.count { $0 == 0 } } }
    let first = try FinishedRun.convolutions(run.path("checkpoints/round-1.safetensors"))
    let last = try FinishedRun.convolutions(run.path("pruned.safetensors"))
    let count = last.values.reduce(0) { $0 + $1.count }
    #expect(count == 76_720)
    #expect(zeros(try FinishedRun.convolutions(run.path("dense.safetensors"))) == 0)
    // Two rounds of equal relative rate.
    #expect(zeros(first) == Int(((1 - 0.02.squareRoot()) * Double(count)).rounded(.toNearestOrEven)))
    #expect(zeros(last) == Int((0.98 * Double(count)).rounded(.toNearestOrEven)))
    // What is pruned stays pruned.
    for (name, weights) in first {
      for (earlier, later) in zip(weights, try #require(last[name])) where earlier == 0 { #expect(later == 0) }
    }
    let sparsity = try #require(try run.metrics().last?["sparsity"] as? Double)
    #expect(abs(sparsity - Double(zeros(last)) / Double(count + 640)) < 1e-12)
  }

  @Test func modelsCarryWhatTheyAre() throws {
    let file = try SafetensorsFile(path: run.path("pruned.safetensors"))
    #expect(file.metadata["format"] == "pt" && file.metadata["architecture"] == "resnet8")
    #expect(file.metadata["classes"]?.split(separator: ",").count == 10)
    #expect(try file.integers("bn1.num_batches_tracked") == [8])
  }
}
