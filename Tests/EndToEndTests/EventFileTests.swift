import Images
import Foundation
import Reports
import TestSupport
import Testing

/// `tensorboard/` of real runs, read by TensorBoard.
@Suite(.peer("tensorboard"))
struct EventFileTests {
  private struct Events: Decodable {
    struct Histogram: Decodable {
      let step: Int
      let count: Double
      let min: Double
      let max: Double
      let sum: Double
      let limits: [Double]
      let counts: [Double]
    }

    struct Picture: Decodable {
      let step: Int
      let size: [Int]
      let mode: String
      let format: String
      let pixels: [UInt8]
    }

    /// By tag: step, value, time.
    let scalars: [String: [[Double]]]
    let histograms: [String: [Histogram]]
    let images: [String: [Picture]]
    let began: Double
  }

  private func events(_ path: String) throws -> Events {
    let result = try Peer.python("read_events.py", [path])
    try #require(result.succeeded, "\(result)")
    return try JSONDecoder().decode(Events.self, from: Data(result.standardOutput.utf8))
  }

  /// Which field of `metrics.jsonl` a tag shows, and of which phases.
  private static let fields = [
    "loss/train": "train_loss", "loss/test": "test_loss", "accuracy/train": "train_accuracy",
    "accuracy/test": "test_accuracy", "learning_rate": "learning_rate", "images_per_second": "images_per_second",
    "sparsity": "sparsity", "exchange/seconds": "exchange_seconds", "exchange/share": "exchange_share",
    "exchange/bytes": "exchange_bytes", "pruning/test_loss": "test_loss", "pruning/test_accuracy": "test_accuracy",
    "pruning/sparsity": "sparsity",
  ]

  /// A field of `metrics.jsonl`. JSONSerialization reads some numbers one unit of a double off: enough for a mean of two
  /// neighbouring floats to round to the other one.
  private struct Field: Decodable {
    let number: Double?
    let text: String?

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      number = try? value.decode(Double.self)
      text = try? value.decode(String.self)
    }
  }

  private func expectScalars(_ events: Events, _ run: FinishedRun) throws {
    let lines = try run.text("metrics.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode([String: Field].self, from: Data($0.utf8))
    }
    #expect(Set(events.scalars.keys) == Set(Self.fields.keys))
    for (tag, field) in Self.fields {
      let own = lines.filter { ($0["phase"]?.text == "prune") == tag.hasPrefix("pruning/") }
      let points = try #require(events.scalars[tag])
      #expect(points.map { Int($0[0]) } == own.compactMap { $0["step"]?.number.map { Int($0) } }, "\(tag)")
      for (point, line) in zip(points, own) {
        let value = try #require(line[field]?.number)
        #expect(Float(point[1]) == Float(value), "\(tag)")
        let seconds = try #require(line["seconds"]?.number)
        #expect(abs(point[2] - events.began - seconds) < 1e-3, "\(tag)")
      }
    }
  }

  @Test func everyLineOfTheMetricsIsThereOnce() throws {
    let run = try FinishedRun.on(ranks: 2)
    try expectScalars(try events(run.path("tensorboard")), run)
  }

  @Test func histogramsAndPicturesAreThoseOfTheReport() throws {
    let run = try FinishedRun.on(ranks: 1)
    let events = try events(run.path("tensorboard"))
    let record = try RunRecord(json: run.contents("report.json"))
    #expect(record.stages.count == 5)
    let layers = record.stages[0].layers.count
    #expect(events.histograms.count == 3 * layers)
    for stage in record.stages {
      for layer in stage.layers {
        let all = try #require(events.histograms["weights_\(stage.kind.rawValue)/\(layer.name)"])
        let found = try #require(all.first { $0.step == stage.step })
        #expect(Int(found.count) == layer.survivors && Int(found.counts.reduce(0, +)) == layer.survivors)
        #expect(found.limits == found.limits.sorted() && found.limits.count == found.counts.count)
        #expect(Float(found.min) == layer.histogram.least && Float(found.max) == layer.histogram.greatest)
        #expect(found.min <= found.limits[0] && found.sum == layer.histogram.sum)
      }
    }
    let changes = try #require(record.changes)
    #expect(changes.lost > 0 && events.images.count == changes.images.count)
    let images = try CIFARDataset(.synthetic).test
    for image in changes.images {
      let tag = try #require(events.images.keys.first { $0.hasPrefix("wrong_after_pruning/\(image.index) ") })
      let picture = try #require(events.images[tag]?.first)
      #expect(picture.size == [32, 32] && picture.mode == "RGB" && picture.format == "PNG")
      #expect(picture.step == record.stages[4].step)
      let planes = images.pixels(image.index)
      #expect(picture.pixels == (0..<1024).flatMap { pixel in (0..<3).map { planes[$0 * 1024 + pixel] } })
    }
  }

  /// Stopped in the middle of epochs and between them, on changing numbers of ranks, and once killed with half a record written.
  @Test func aResumedRunHasNoStepTwiceAndMissesNone() throws {
    let scratch = try Scratch()
    let arguments =
      [
        "run", "--arch", "resnet8", "--training-images", "192", "--epochs", "3", "--finetune-epochs", "2", "--prune",
        "0.9",
      ]
      + ["--data", try scratch.writeImages(), "--stop-after-steps", "4"] + Scratch.smallBatch
    let first = try dptrain(arguments + ["--output", scratch.path("stopped"), "--resume"])
    #expect(first.ending == .exited(75), "\(first)")
    let name = try #require(scratch.names("stopped/tensorboard").first)
    try scratch.write(scratch.contents("stopped/tensorboard/\(name)").dropLast(7), "stopped/tensorboard/\(name)")
    let stopped = try StoppedRun(scratch, "stopped", arguments, ranks: [2, nil, 4])
    #expect(stopped.stops >= 2)
    #expect(scratch.names("stopped/tensorboard").count == 1)
    try expectScalars(try events(stopped.run.path("tensorboard")), stopped.run)
  }
}
