import Foundation
import Networks
import Pruning
import Reports
import Runs
import Training

/// `metrics.jsonl` and `report.json`, and the pages that are made of them. An input is the two, with a zero byte between.
struct ReportParser: FuzzedParser {
  static let name = "report"

  let seeds: [[UInt8]]
  private let configuration: String

  init() throws {
    var configuration = Recipe.quick.syntheticConfiguration
    configuration.architecture = .resnet8
    self.configuration = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    let dense = MetricsRecord(
      phase: .dense, round: 0, epoch: 1, step: 5, trainLoss: 1.5, trainAccuracy: 0.5, testLoss: 1.25, testAccuracy: 0.5,
      learningRate: 0.1, imagesPerSecond: 1000, exchangeShare: 0.25, exchangeSeconds: 0.001, exchangeBytes: 300_000,
      skippedSteps: 1, seconds: 3, sparsity: 0)
    let pruning = MetricsRecord(
      phase: .prune, round: 1, epoch: 0, step: 5, testLoss: 2, testAccuracy: 0.25, seconds: 4, sparsity: 0.9)
    var finetune = dense
    (finetune.phase, finetune.round, finetune.step, finetune.seconds) = (.finetune, 1, 10, 6)
    let lines = try [dense, pruning, finetune].map { try $0.line() + "\n" }
    let records = try [[], [.dense], [.dense, .pruned, .finetuned]].map { try Self.record($0).json() }
    seeds = records.enumerated().map { index, record in Array(lines.prefix(index + 1).joined().utf8) + [0] + record }
  }

  private static func record(_ kinds: [Stage.Kind]) -> RunRecord {
    let names = ["cat", "dog"]
    var record = RunRecord(
      version: "0", data: .init(description: "two classes", isSynthetic: true, classNames: names),
      session: .init(
        began: Date(timeIntervalSince1970: 1e9), command: "dptrain", ranks: 1, hosts: ["a"], processor: "b"))
    let network = Network(.resnet8, classes: 2)
    network.initialize(seed: 1)
    // Two layers are as good as all, and leave more of the campaign for them.
    let layers = Stage.Layer.all(network, mask: Mask(allSurviving: network.layout.count)).prefix(2)
    record.stages = kinds.map { kind in
      Stage(
        name: kind.rawValue, kind: kind, round: kind == .dense ? 0 : 1, step: 5, seconds: 1,
        evaluation: Evaluation(loss: 0.5, truth: [0, 1, 1], predictions: [0, 0, 1]), sparsity: 0.9, classes: 2,
        layers: Array(layers), threshold: kind == .pruned ? 0.01 : nil)
    }
    record.speed = InferenceSpeed(batch: 64, dense: 100, pruned: 300)
    record.state = kinds.isEmpty ? .running : kinds.count == 1 ? .stopped : .finished
    return record
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(
      &input,
      words: ["\"inf\"", "\"nan\"", "-1", "1e300", "9223372036854775807", "0", "\"prune\"", "\"dense\"", "[]", "null"])
  }

  func read(_ input: [UInt8]) throws {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    let run = try RunFiles(
      path: "run", configuration: configuration, metrics: parts[0], record: parts.count > 1 ? parts[1] : nil)
    let pages = [ReportPage(run).html, ComparisonPage([run, run]).html]
    guard pages.allSatisfy({ $0.hasSuffix("</html>\n") && !$0.contains("<script") }) else { fatalError("\(pages)") }
  }
}
