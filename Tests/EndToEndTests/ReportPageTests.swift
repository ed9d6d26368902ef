import Foundation
import TestSupport
import Testing

/// `report.html` of real runs, in a real browser.
struct ReportPageTests {
  /// What `Tests/Peers/read_page.py` finds in a page.
  struct Look: Decodable {
    struct Value: Decodable {
      let number: Double
      let text: String

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        number = try values.decode(Double.self)
        text = try values.decode(String.self)
      }
    }

    struct View: Decodable {
      let width: Int
      let scheme: String
      let title: String
      let heading: String
      let sections: [String]
      let figures: [String: Value]
      let metrics: [[String: Value]]
      let refresh: String?
      let scripts: Int
      let plots: Int
      let titles: Int
      let pictures: Int
      let broken: Int
      let scrollWidth: Int
      let clientWidth: Int
      let wide: [String]
      let cut: [String]
      let overlapping: [String]
      let colors: [String]
    }

    let views: [View]
    let console: [String]
    let outside: [String]
  }

  static func look(at path: String) throws -> Look {
    let result = try Peer.python("read_page.py", [path, "390,1400"])
    try #require(result.succeeded, "\(result)")
    return try JSONDecoder().decode(Look.self, from: Data(result.standardOutput.utf8))
  }

  /// Expects a page that looks well wherever it is read.
  static func expectWellMade(_ look: Look) {
    #expect(look.console.isEmpty && look.outside.isEmpty, "\(look.console) \(look.outside)")
    #expect(
      look.views.map { "\($0.width) \($0.scheme)" } == [
        "390 light", "390 dark", "1400 light", "1400 dark", "695 paper",
      ])
    for view in look.views {
      let place = "at \(view.width) pixels, \(view.scheme)"
      #expect(view.scrollWidth <= view.clientWidth, "\(place)")
      #expect(view.wide.isEmpty, "\(place): \(view.wide)")
      #expect(view.cut.isEmpty, "\(place): \(view.cut)")
      #expect(view.overlapping.isEmpty, "\(place): \(view.overlapping)")
      #expect(view.scripts == 0 && view.broken == 0, "\(place)")
    }
    // Light paper and dark ink, and the other way round; paper is white in a dark system too.
    #expect(look.views[0].colors != look.views[1].colors)
    #expect(look.views.last?.colors.first == "rgb(255, 255, 255)")
  }

  /// Whether a number is one of `metrics.jsonl`'s, but for the last bit, in which readers of decimals differ.
  private func isSame(_ number: Double?, _ field: NSObject?) -> Bool {
    guard let number, let expected = (field as? NSNumber)?.doubleValue else { return false }
    return abs(number - expected) <= 4 * expected.ulp
  }

  @Test(.peer("selenium"), .browser)
  func aFinishedRunIsShownAsItWas() throws {
    let run = try FinishedRun.on(ranks: 2)
    let look = try Self.look(at: run.path("report.html"))
    Self.expectWellMade(look)
    let metrics = try run.metrics()
    let view = look.views[3]
    #expect(
      view.sections == [
        "stages", "curves", "layers", "histograms", "predictions", "changes", "exchange", "settings",
      ])
    #expect(view.refresh == nil && view.heading.contains("resnet8"))
    // Every number of every line.
    #expect(view.metrics.count == metrics.count)
    for (row, line) in zip(view.metrics, metrics) {
      let shared = line.keys.filter { line[$0] is NSNumber && row[$0] != nil }
      #expect(shared.count >= (line["phase"] as? String == "prune" ? 5 : 10))
      for key in shared { #expect(isSame(row[key]?.number, line[key]), "\(key)") }
    }
    // The headline.
    func accuracy(_ line: [String: NSObject]?) -> Double? { (line?["test_accuracy"] as? NSNumber)?.doubleValue }
    #expect(view.figures["accuracy"]?.number == accuracy(metrics.last))
    #expect(view.figures["accuracy-dense"]?.number == accuracy(metrics.last { $0["phase"] as? String == "dense" }))
    let percent = String(format: "%.2f %%", 100 * (accuracy(metrics.last) ?? -1))
    #expect(view.figures["accuracy"]?.text == percent)
    let survivors = try FinishedRun.convolutions(run.path("pruned.safetensors")).values.reduce(0) {
      $0 + $1.count { $0 != 0 }
    }
    #expect(view.figures["weights"]?.number == Double(survivors))
    let size = try run.contents("pruned.safetensors").count
    #expect(view.figures["bytes"]?.number == Double(size))
    #expect((view.figures["speedup"]?.number ?? 0) > 0)
    #expect(view.plots >= 10 && view.titles > 100)
    #expect(look.views.allSatisfy { $0.metrics.count == metrics.count && $0.plots == view.plots })
  }

  @Test(.peer("selenium"), .browser)
  func severalRunsAreCompared() throws {
    let scratch = try Scratch()
    let (one, two) = (try FinishedRun.on(ranks: 1), try FinishedRun.on(ranks: 2))
    let third = scratch.path("other")
    let result = try dptrain(
      FinishedRun.arguments.map { $0 == "0.98" ? "0.5" : $0 } + ["--seed", "3", "--output", third])
    try #require(result.succeeded, "\(result)")
    let page = scratch.path("page.html")
    let report = try dptrain(["report", one.path(""), two.path(""), third, "--output", page])
    #expect(report.succeeded && report.outputLines == ["wrote \(page)"], "\(report)")
    let look = try Self.look(at: page)
    Self.expectWellMade(look)
    let view = look.views[3]
    #expect(view.heading == "3 runs compared" && view.sections == ["runs", "figures", "settings"])
    let text = String(decoding: try scratch.contents("page.html"), as: UTF8.self)
    for name in ["on-1", "on-2", "other", "pruning.amount", "seed", "ranks"] { #expect(text.contains(name), "\(name)") }
    #expect(!text.contains(">batchSize<"))
  }

  /// Runs that have no dense network to compare with, none that is pruned, or no training before.
  @Test(.peer("selenium"), .browser)
  func runsOfEveryKindHaveAPage() throws {
    let scratch = try Scratch()
    let common = ["--data", try scratch.writeImages()] + Scratch.smallBatch
    let small = ["--arch", "resnet8", "--epochs", "2"] + common
    let kinds: [(name: String, arguments: [String], heading: String, missing: [String])] = [
      ("trained", ["train"] + small, "resnet8, dense", ["changes", "exchange", "stages"]),
      (
        "gradual",
        ["run"] + small + ["--finetune-epochs", "1", "--schedule", "cubic", "--to-epoch", "2", "--prune", "0.9"],
        "resnet8, 90 % pruned", ["exchange"]
      ),
      (
        "pruned",
        [
          "prune", scratch.path("trained/dense.safetensors"), "--finetune-epochs", "1", "--score", "lamp", "--prune",
          "0.5",
        ]
          + common, "resnet8, 50 % pruned", ["exchange"]
      ),
    ]
    for (name, arguments, heading, missing) in kinds {
      let result = try dptrain(arguments + ["--output", scratch.path(name)])
      try #require(result.succeeded, "\(result)")
      let look = try Self.look(at: scratch.path("\(name)/report.html"))
      Self.expectWellMade(look)
      let all = ["stages", "curves", "layers", "histograms", "predictions", "changes", "exchange", "settings"]
      #expect(look.views[0].heading == heading)
      #expect(look.views[0].sections == all.filter { !missing.contains($0) }, "\(name)")
      #expect((look.views[0].figures["accuracy-dense"] != nil) == (name == "pruned"))
    }
  }
}
