import Foundation
import NeuralNetwork
import Pruning
import Training

/// `config.json`: what a resumed run reads of its settings, and what it then makes of them.
struct ConfigurationParser: FuzzedParser {
  static let name = "configuration"

  let seeds: [[UInt8]]

  init() throws {
    var configurations = Recipe.allCases.flatMap { [$0.configuration, $0.syntheticConfiguration] }
    configurations[0].model = "model.safetensors"
    configurations[1].trainingImages = 1_000
    configurations[1].pruning = PruningConfiguration(amount: 0.9, amounts: [0.5, 0.9], scope: .local)
    configurations[2].dense.schedule = .cosine
    configurations[2].pruning = PruningConfiguration(
      target: .multiplyAdds(0.1), gradual: try CubicSchedule(firstEpoch: 0, lastEpoch: 3), score: .l1PerCost)
    configurations[3].dense.schedule = .constant
    configurations[3].pruning = PruningConfiguration(count: 100, iterations: 3, score: .random)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    seeds = try configurations.map { Array(try encoder.encode($0)) }
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(
      &input, words: ["\"resnet8\"", "\"resnet18\"", "\"synthetic\"", "\"native\"", "\"lamp\"", "\"local\""])
  }

  func read(_ input: [UInt8]) throws {
    let configuration = try JSONDecoder().decode(RunConfiguration.self, from: Data(input))
    _ = try JSONEncoder().encode(configuration)
  }
}
