import Images
import Foundation
import Networks
import Pruning
import Runs
import Training

/// `config.json`: what a resumed run reads of its settings, and what it then makes of them.
struct ConfigurationParser: FuzzedParser {
  static let name = "configuration"

  let seeds: [[UInt8]]

  init() throws {
    var configurations = Recipe.allCases.flatMap { [$0.configuration, $0.syntheticConfiguration] }
    configurations[0].model = "model.safetensors"
    configurations[1].trainingImages = 1_000
    configurations[1].pruning = PruningConfiguration(.listed([0.5, 0.9]), scope: .local)
    configurations[2].dense.schedule = .cosine
    configurations[2].pruning = PruningConfiguration(
      .cubic(try CubicSchedule(firstEpoch: 0, lastEpoch: 3), to: .cost(.multiplyAdds(0.1))), score: .l1PerCost)
    configurations[3].dense.schedule = .constant
    configurations[3].pruning = PruningConfiguration(.rounds(3, to: .count(100)), score: .random)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    seeds = try configurations.map { Array(try encoder.encode($0)) }
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(
      &input, words: ["\"resnet8\"", "\"resnet18\"", "\"synthetic\"", "\"native\"", "\"lamp\"", "\"local\""])
  }

  func read(_ input: [UInt8]) throws {
    let configuration = try RunConfiguration(json: String(decoding: input, as: UTF8.self), of: "run")
    try Self.prepare(configuration) { _, _ in }
    let again = try RunConfiguration(
      json: String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self), of: "run")
    guard again == configuration else { fatalError("written and read again, \(configuration) is \(again)") }
  }

  private static let layouts = Dictionary(
    uniqueKeysWithValues: Architecture.all.map { ($0, ParameterLayout($0.graph(classes: 10))) })

  /// What a run does with its settings before it takes the first step.
  static func prepare(_ configuration: RunConfiguration, _ body: ([RunStage], BatchPlan) throws -> Void) throws {
    let plan = try BatchPlan(
      imageCount: min(configuration.trainingImages ?? .max, 5_120), batchSize: configuration.batchSize,
      microbatch: configuration.microbatch, rankCount: 1)
    guard let layout = layouts[configuration.architecture] else { fatalError("no \(configuration.architecture)") }
    let requests = try configuration.pruning.requests(layout: layout, seed: configuration.seed)
    try body(RunStage.all(configuration, rounds: requests.count), plan)
    for phase in [configuration.dense, configuration.finetune] {
      let steps = phase.epochs * plan.stepsPerEpoch
      // A phase of no epochs asks for no rate.
      guard steps > 0 else { continue }
      for step in [0, steps / 2, steps - 1] {
        let rate = phase.schedule.learningRate(
          peak: phase.learningRate, step: step, steps: steps, stepsPerEpoch: plan.stepsPerEpoch)
        if rate.isNaN { fatalError("learning rate \(rate) at step \(step) of \(steps): \(configuration)") }
      }
    }
  }
}
